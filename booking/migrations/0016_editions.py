import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants import walls

# What a caller can be offered is made of the rows of these tables, and of the diary.
TABLES = (
    "tenants_branch",
    "booking_service",
    "booking_servicealias",
    "booking_skill",
    "booking_staffmember",
    "booking_workinghours",
    "booking_specialhours",
    "booking_timeoff",
    "booking_requirement",
    "booking_diaryrules",
)
_CHANGED = """
CREATE FUNCTION booking_new_edition(whose uuid[]) RETURNS void LANGUAGE sql AS $$
  -- What somebody else is about to replace is left to them: nobody waits for anybody.
  WITH replaced AS (
    DELETE FROM booking_edition WHERE id IN (
      SELECT id FROM booking_edition WHERE tenant_id = ANY(whose) FOR UPDATE SKIP LOCKED))
  INSERT INTO booking_edition (tenant_id, token, created_at, updated_at)
  SELECT DISTINCT each, gen_random_uuid(), now(), now() FROM unnest(whose) AS each
$$;

CREATE FUNCTION booking_rows_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  whose constant uuid[] := ARRAY(SELECT DISTINCT tenant_id FROM changed);
BEGIN
  IF cardinality(whose) > 0 THEN
    PERFORM booking_new_edition(whose);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION booking_row_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM booking_new_edition(ARRAY[NEW.tenant_id]);
  RETURN NULL;
END $$;
"""
_WATCH = """
CREATE TRIGGER booking_edition_{event} AFTER {event} ON {table}
  REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION booking_rows_changed();
"""
# Whose turn it is changes with bookings; it is read with the diary.
_WATCH_PEOPLE = """
CREATE TRIGGER booking_edition_update AFTER UPDATE ON booking_staffmember
  FOR EACH ROW WHEN (
    (OLD.branch_id, OLD.name, OLD.email, OLD.is_active, OLD.max_per_day)
    IS DISTINCT FROM (NEW.branch_id, NEW.name, NEW.email, NEW.is_active, NEW.max_per_day))
  EXECUTE FUNCTION booking_row_changed();
"""
_FIRST = """
SELECT set_config('app.platform', 'on', true);
INSERT INTO booking_edition (tenant_id, token, created_at, updated_at)
SELECT id, gen_random_uuid(), now(), now() FROM tenants_tenant;
SELECT set_config('app.platform', '', true);
"""


def _watches() -> list[str]:
    return [
        _WATCH_PEOPLE
        if (table, event) == ("booking_staffmember", "update")
        else _WATCH.format(table=table, event=event, rows="OLD" if event == "delete" else "NEW")
        for table in TABLES
        for event in ("insert", "update", "delete")
    ]


def _ends() -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS booking_edition_{event} ON {table};"
        for table in TABLES
        for event in ("insert", "update", "delete")
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0015_handed_over"),
        ("tenants", "0005_states_of_branches"),
    ]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("token", models.UUIDField(default=uuid.uuid4, editable=False)),
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
                "indexes": [models.Index(fields=["tenant", "id"], name="edition_of_tenant")],
            },
        ),
        migrations.RunSQL(_FIRST, migrations.RunSQL.noop),
        walls.raise_wall("booking_edition"),
        migrations.RunSQL(
            "\n".join([_CHANGED, *_watches()]),
            "\n".join(
                [
                    *_ends(),
                    "DROP FUNCTION IF EXISTS booking_row_changed;",
                    "DROP FUNCTION IF EXISTS booking_rows_changed;",
                    "DROP FUNCTION IF EXISTS booking_new_edition;",
                ]
            ),
        ),
    ]
