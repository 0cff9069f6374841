from django.db import migrations

# What is booked already. Nobody writes meanwhile, so nothing that ends now is drawn afterwards.
_FILL = """
LOCK TABLE booking_appointment IN SHARE MODE;
SELECT set_config('app.platform', 'on', true);
SELECT count(booking_draw_both(a, true, true)) FROM booking_appointment a
WHERE a.status IN ('pending', 'confirmed', 'checked_in');
SELECT set_config('app.platform', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0006_taken_lines")]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
