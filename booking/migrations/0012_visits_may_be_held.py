import django.db.models.deletion
from django.db import migrations

import tenants.models.base


class Migration(migrations.Migration):
    dependencies = [("booking", "0011_cheaper_bookings")]

    operations = [
        migrations.AlterField(
            model_name="visit",
            name="customer",
            field=tenants.models.base.TenantForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="booking.customer",
                verbose_name="customer",
            ),
        ),
    ]
