from django.db import migrations

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_usage"), ("tenants", "0002_walls_and_directory")]

    operations = [walls.raise_wall("billing_usagerecord")]
