"""Floor 3: what can be booked, with whom, by whom, and what was booked."""

from booking.models.catalogue import Service, ServiceAlias
from booking.models.customers import Customer
from booking.models.diary import Appointment, AppointmentChange
from booking.models.staff import Skill, StaffMember, TimeOff, WorkingHours

__all__ = [
    "Appointment",
    "AppointmentChange",
    "Customer",
    "Service",
    "ServiceAlias",
    "Skill",
    "StaffMember",
    "TimeOff",
    "WorkingHours",
]
