"""The diary's part of the REST API, below /api/."""

from django.urls import path

from booking.api import (
    appointments,
    branches,
    catalogue,
    conditions,
    customers,
    holds,
    hours,
    resources,
    slots,
    staff,
)

urlpatterns = [
    path("appointments", appointments.Appointments.as_view()),
    path("appointments/<int:appointment_id>", appointments.AppointmentDetail.as_view()),
    path("branches", branches.Branches.as_view()),
    path("branches/<int:branch_id>", branches.BranchDetail.as_view()),
    path("customers", customers.Customers.as_view()),
    path("diary-rules", conditions.Rules.as_view()),
    path("holds", holds.Holds.as_view()),
    path("holds/<int:hold_id>", holds.HoldDetail.as_view()),
    path("policies", conditions.POLICIES_MANY.as_view()),
    path("policies/<int:policy_id>", conditions.POLICIES_ONE.as_view()),
    path("resources", resources.MANY.as_view()),
    path("resources/<int:resource_id>", resources.ONE.as_view()),
    path("services", catalogue.MANY.as_view()),
    path("services/<int:service_id>", catalogue.ONE.as_view()),
    path("slots", slots.Slots.as_view()),
    path("special-hours", hours.SPECIAL_MANY.as_view()),
    path("special-hours/<int:special_hours_id>", hours.SPECIAL_ONE.as_view()),
    path("staff", staff.MANY.as_view()),
    path("staff/<int:staff_id>", staff.ONE.as_view()),
    path("time-off", hours.OFF_MANY.as_view()),
    path("time-off/<int:time_off_id>", hours.OFF_ONE.as_view()),
    path("working-hours", hours.WEEKLY_MANY.as_view()),
    path("working-hours/<int:working_hours_id>", hours.WEEKLY_ONE.as_view()),
]
