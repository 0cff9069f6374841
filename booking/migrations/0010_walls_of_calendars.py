from django.db import migrations

from tenants import walls

_TABLES = [
    "booking_busyfeed",
    "booking_calendaraccount",
    "booking_calendarblock",
    "booking_calendarbooking",
    "booking_calendareventtype",
    "booking_calendarhost",
    "booking_calendarlink",
    "booking_calendarreview",
    "booking_diaryfeed",
]
_STAFF = {"staff_member_id": "booking_staffmember"}
_LINK = {"link_id": "booking_calendarlink"}


class Migration(migrations.Migration):
    dependencies = [("booking", "0009_calendars"), ("tenants", "0002_walls_and_directory")]

    operations = [
        walls.can_be_referenced("booking_busyfeed", "booking_calendarlink"),
        walls.same_tenant("booking_busyfeed", **_STAFF),
        walls.same_tenant("booking_diaryfeed", **_STAFF),
        walls.same_tenant("booking_calendarhost", **_STAFF),
        walls.same_tenant("booking_calendareventtype", service_id="booking_service", **_STAFF),
        walls.same_tenant("booking_calendarlink", appointment_id="booking_appointment"),
        walls.same_tenant("booking_calendarbooking", **_LINK),
        walls.same_tenant("booking_calendarreview", **_LINK),
        walls.same_tenant(
            "booking_calendarblock",
            time_off_id="booking_timeoff",
            feed_id="booking_busyfeed",
            **_LINK,
        ),
        *[walls.raise_wall(table) for table in _TABLES],
    ]
