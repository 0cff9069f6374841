from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_walls_and_inbox_door")]

    operations = [
        migrations.AddField(
            model_name="command",
            name="result",
            field=models.JSONField(default=dict, editable=False),
        ),
        migrations.RunSQL(
            "ALTER TABLE integrations_command ALTER COLUMN result SET DEFAULT '{}'",
            "ALTER TABLE integrations_command ALTER COLUMN result DROP DEFAULT",
        ),
    ]
