from django.db import migrations, models

_KINDS = [
    "both_changed", "time_taken", "move_refused", "refused", "other_time", "no_person",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("booking", "0014_names_of_relations")]

    operations = [
        migrations.AddField(
            model_name="calendarlink",
            name="agreed_host",
            field=models.CharField(blank=True, db_default="", default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="calendarreview",
            name="kind",
            field=models.CharField(
                choices=[
                    ("both_changed", "both sides were changed"),
                    ("time_taken", "our diary has something else at this time"),
                    ("move_refused", "the calendar has something else at this time"),
                    ("refused", "the calendar refused it"),
                    ("other_time", "the host asks for another time"),
                    ("no_person", "nobody of ours is the host"),
                    ("handed_over", "somebody else has it in the calendar"),
                ],
                max_length=20,
                verbose_name="kind",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="calendarreview", name="calendar_review_kind_is_known"
        ),
        migrations.AddConstraint(
            model_name="calendarreview",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[*_KINDS, "handed_over"]),
                name="calendar_review_kind_is_known",
            ),
        ),
    ]
