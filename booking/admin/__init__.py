"""The back office's pages about the diary and what it is made of."""

from booking.admin import calendars, catalogue, conditions, customers, diary, sessions, staff

__all__ = ["calendars", "catalogue", "conditions", "customers", "diary", "sessions", "staff"]
