from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0012_visits_may_be_held")]

    operations = [
        migrations.AddField(
            model_name="series",
            name="seats",
            field=models.PositiveSmallIntegerField(db_default=1, default=1, verbose_name="seats"),
        ),
        migrations.AddConstraint(
            model_name="series",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats__gte", 1)), name="series_takes_a_seat"
            ),
        ),
    ]
