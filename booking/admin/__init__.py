"""The back office's pages about the diary and what it is made of."""

from booking.admin import catalogue, conditions, customers, diary, sessions, staff

__all__ = ["catalogue", "conditions", "customers", "diary", "sessions", "staff"]
