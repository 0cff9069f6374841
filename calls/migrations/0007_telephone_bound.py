import django.db.models.deletion
from django.db import migrations, models

import tenants.models.base


class Migration(migrations.Migration):
    dependencies = [("calls", "0006_telephone_filled"), ("tenants", "0002_walls_and_directory")]

    operations = [
        migrations.AlterField(
            model_name="callbackrequest",
            name="branch",
            field=tenants.models.base.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="callback_requests",
                to="tenants.branch",
                verbose_name="branch",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recording_url", ""), ("recording_consent", "granted"), _connector="OR"
                ),
                name="call_recording_only_with_consent",
            ),
        ),
    ]
