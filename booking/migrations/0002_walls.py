from django.db import migrations

from tenants import walls

TABLES = [
    "booking_service",
    "booking_servicealias",
    "booking_staffmember",
    "booking_skill",
    "booking_workinghours",
    "booking_timeoff",
    "booking_customer",
    "booking_appointment",
    "booking_appointmentchange",
]


class Migration(migrations.Migration):
    dependencies = [("booking", "0001_diary"), ("tenants", "0002_walls_and_directory")]

    operations = [
        walls.can_be_referenced(
            "booking_service", "booking_staffmember", "booking_customer", "booking_appointment"
        ),
        walls.same_tenant("booking_servicealias", service_id="booking_service"),
        walls.same_tenant("booking_staffmember", branch_id="tenants_branch"),
        walls.same_tenant(
            "booking_skill", staff_member_id="booking_staffmember", service_id="booking_service"
        ),
        walls.same_tenant(
            "booking_workinghours",
            branch_id="tenants_branch",
            staff_member_id="booking_staffmember",
        ),
        walls.same_tenant(
            "booking_timeoff", branch_id="tenants_branch", staff_member_id="booking_staffmember"
        ),
        walls.same_tenant(
            "booking_appointment",
            branch_id="tenants_branch",
            staff_member_id="booking_staffmember",
            service_id="booking_service",
            customer_id="booking_customer",
        ),
        walls.same_tenant("booking_appointmentchange", appointment_id="booking_appointment"),
        *[walls.raise_wall(table) for table in TABLES],
    ]
