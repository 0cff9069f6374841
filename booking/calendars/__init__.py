"""Calendars beside our diary: what stands there is folded in, and where both sides disagree a person decides.

Asking them is in `booking/calendar_links.py`, because bookings do it; everything that reacts is here, above.
"""
