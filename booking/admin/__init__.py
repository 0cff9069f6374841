"""The back office's pages about the diary and what it is made of."""

from booking.admin import catalogue, customers, diary, staff

__all__ = ["catalogue", "customers", "diary", "staff"]
