from django.db import migrations

# The rows of all businesses are meant, so the wall is asked to let the platform through.
_FILL = """
SELECT set_config('app.platform', 'on', true);
UPDATE calls_callbackrequest SET branch_id = calls_call.branch_id
  FROM calls_call WHERE calls_call.id = calls_callbackrequest.call_id AND calls_callbackrequest.branch_id IS NULL;
-- Nobody had agreed to these recordings; the provider's links to them ran out after a day.
UPDATE calls_call SET recording_url = '' WHERE recording_url <> '' AND recording_consent <> 'granted';
SELECT set_config('app.platform', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0005_telephone")]

    operations = [migrations.RunSQL(_FILL, migrations.RunSQL.noop)]
