"""Floor 3: what can be booked, with whom, by whom, and what was booked."""

from booking.models.calendars import (
    BusyFeed,
    CalendarAccount,
    CalendarBlock,
    CalendarBooking,
    CalendarEventType,
    CalendarHost,
    CalendarLink,
    CalendarReview,
    DiaryFeed,
)
from booking.models.catalogue import Service, ServiceAlias
from booking.models.customers import Customer
from booking.models.diary import Appointment, AppointmentChange
from booking.models.editions import Edition
from booking.models.lines import TakenLine
from booking.models.policies import DiaryRules, Policy
from booking.models.repeating import Series, Session, Visit
from booking.models.resources import Requirement, RequirementResource, Resource, ResourceUse
from booking.models.staff import Skill, SpecialHours, StaffMember, TimeOff, WorkingHours
from booking.models.waiting import Proposal, WaitingEntry, WaitingOffer

__all__ = [
    "Appointment",
    "AppointmentChange",
    "BusyFeed",
    "CalendarAccount",
    "CalendarBlock",
    "CalendarBooking",
    "CalendarEventType",
    "CalendarHost",
    "CalendarLink",
    "CalendarReview",
    "Customer",
    "DiaryFeed",
    "DiaryRules",
    "Edition",
    "Policy",
    "Proposal",
    "Requirement",
    "RequirementResource",
    "Resource",
    "ResourceUse",
    "Series",
    "Service",
    "ServiceAlias",
    "Session",
    "Skill",
    "SpecialHours",
    "StaffMember",
    "TakenLine",
    "TimeOff",
    "Visit",
    "WaitingEntry",
    "WaitingOffer",
    "WorkingHours",
]
