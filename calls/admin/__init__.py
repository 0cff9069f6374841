"""The back office's pages about the telephone."""

from calls.admin import agents, calls

__all__ = ["agents", "calls"]
