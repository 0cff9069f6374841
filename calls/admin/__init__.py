"""The back office's pages about the telephone."""

from calls.admin import agents, calls, desks

__all__ = ["agents", "calls", "desks"]
