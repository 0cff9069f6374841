from django.db import migrations

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_calls"), ("booking", "0002_walls")]

    operations = [
        walls.can_be_referenced("calls_call"),
        walls.same_tenant(
            "calls_call",
            branch_id="tenants_branch",
            phone_number_id="tenants_phonenumber",
            customer_id="booking_customer",
        ),
        walls.same_tenant("calls_toolcall", call_id="calls_call"),
        walls.same_tenant("calls_callbackrequest", call_id="calls_call"),
        walls.raise_wall("calls_call"),
        walls.raise_wall("calls_toolcall"),
        walls.raise_wall("calls_callbackrequest"),
    ]
