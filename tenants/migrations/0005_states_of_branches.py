from django.db import migrations, models

_STATES = ["", *"BB BE BW BY HB HE HH MV NI NW RP SH SL SN ST TH".split()]
# What was only written otherwise is known; what is not known stops the constraint, and a person decides.
_WRITE_THEM_ALIKE = """
SELECT set_config('app.platform', 'on', true);
UPDATE tenants_branch SET state = upper(trim(state)) WHERE state <> upper(trim(state));
SELECT set_config('app.platform', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_requests_with_a_key")]

    operations = [
        migrations.RunSQL(_WRITE_THEM_ALIKE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="branch",
            name="state",
            field=models.CharField(
                blank=True,
                choices=[
                    ("BW", "Baden-Württemberg"),
                    ("BY", "Bavaria"),
                    ("BE", "Berlin"),
                    ("BB", "Brandenburg"),
                    ("HB", "Bremen"),
                    ("HH", "Hamburg"),
                    ("HE", "Hesse"),
                    ("MV", "Mecklenburg-Vorpommern"),
                    ("NI", "Lower Saxony"),
                    ("NW", "North Rhine-Westphalia"),
                    ("RP", "Rhineland-Palatinate"),
                    ("SL", "Saarland"),
                    ("SN", "Saxony"),
                    ("ST", "Saxony-Anhalt"),
                    ("SH", "Schleswig-Holstein"),
                    ("TH", "Thuringia"),
                ],
                help_text="Decides the holidays; without a state the branch keeps none.",
                max_length=2,
                verbose_name="federal state",
            ),
        ),
        migrations.AddConstraint(
            model_name="branch",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", _STATES)), name="branch_state_is_known"
            ),
        ),
    ]
