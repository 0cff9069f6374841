import django.db.models.deletion
from django.db import migrations, models

from tenants import walls


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_holidays_of_branches")]

    operations = [
        migrations.CreateModel(
            name="KeyedRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("key", models.CharField(max_length=150)),
                ("route", models.CharField(max_length=200)),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField()),
                ("location", models.CharField(blank=True, max_length=200)),
                ("answer", models.TextField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="business",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "default_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="keyedrequest",
            index=models.Index(fields=["tenant", "created_at"], name="request_by_age"),
        ),
        migrations.AddConstraint(
            model_name="keyedrequest",
            constraint=models.UniqueConstraint(
                fields=("tenant", "key"), name="request_once_per_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyedrequest",
            constraint=models.CheckConstraint(
                condition=~models.Q(key=""), name="request_has_a_key"
            ),
        ),
        walls.raise_wall("tenants_keyedrequest"),
    ]
