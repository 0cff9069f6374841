"""The back office's pages about the diary and what it is made of."""

from booking.admin import (
    calendars,
    catalogue,
    conditions,
    customers,
    diary,
    repeating,
    sessions,
    staff,
    visits,
    waiting,
)

__all__ = [
    "calendars",
    "catalogue",
    "conditions",
    "customers",
    "diary",
    "repeating",
    "sessions",
    "staff",
    "visits",
    "waiting",
]
