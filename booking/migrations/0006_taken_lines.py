import django.db.models.deletion
from django.db import migrations, models

import booking.models.lines
import tenants.models.base
from tenants import walls

# A line is changed in the transaction of the appointment. Cell n has the value 2**n, so the earliest cells stand last.
# A page keeps room, so that a change stays on it and touches no index.
_DRAW = """
ALTER TABLE booking_takenline SET (fillfactor = 75);
ALTER TABLE booking_takenline ALTER COLUMN cells SET STORAGE PLAIN;

CREATE FUNCTION booking_draw(
  tenant uuid, staff bigint, starts timestamptz, ends timestamptz, is_taken boolean, is_counted boolean)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  cell constant int := 300;
  size constant int := 8064;
  starting constant bigint := date_part('epoch', starts);
  ending constant bigint := date_part('epoch', ends);
  -- What is not on the raster covers its cells and is counted.
  first constant int := starting / cell;
  last constant int := (ending + cell - 1) / cell;
  odd constant int := CASE WHEN is_counted AND (starting % cell <> 0 OR ending % cell <> 0) THEN 1 ELSE 0 END;
  a int;
  b int;
  mask bit(8064);
BEGIN
  FOR line IN first / size .. (last - 1) / size LOOP
    a := greatest(first - line * size, 0);
    b := least(last - line * size, size);
    mask := ((~ B'0'::bit(8064)) >> (size - (b - a))) << a;
    IF NOT is_taken THEN
      UPDATE booking_takenline SET cells = cells & ~ mask, uneven = uneven - odd
      WHERE tenant_id = tenant AND staff_member_id = staff AND number = line;
    ELSE
      UPDATE booking_takenline SET cells = cells | mask, uneven = uneven + odd
      WHERE tenant_id = tenant AND staff_member_id = staff AND number = line;
      IF NOT FOUND THEN
        INSERT INTO booking_takenline AS t (
          tenant_id, staff_member_id, number, cells, uneven, created_at, updated_at)
        VALUES (tenant, staff, line, mask, odd, now(), now())
        ON CONFLICT (staff_member_id, number)
          DO UPDATE SET cells = t.cells | excluded.cells, uneven = t.uneven + odd;
      END IF;
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION booking_draw_both(it booking_appointment, is_taken boolean, is_counted boolean)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM booking_draw(it.tenant_id, it.staff_member_id, it.blocked_from,
    coalesce(it.processing_from, it.blocked_until), is_taken, is_counted);
  IF it.processing_until < it.blocked_until THEN
    PERFORM booking_draw(it.tenant_id, it.staff_member_id, it.processing_until, it.blocked_until, is_taken, is_counted);
  END IF;
END $$;

CREATE FUNCTION booking_draw_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.status IN ('pending', 'confirmed', 'checked_in') THEN
    PERFORM booking_draw_both(OLD, false, true);
    -- The session goes on as long as somebody is in it: they are drawn again, not counted again. Its row was locked
    -- when the seats were counted, so what others did to it is seen.
    IF OLD.session_id IS NOT NULL THEN
      PERFORM booking_draw_both(a, true, false) FROM booking_appointment a
      WHERE a.tenant_id = OLD.tenant_id AND a.session_id = OLD.session_id AND a.id <> OLD.id
        AND a.staff_member_id = OLD.staff_member_id AND a.status IN ('pending', 'confirmed', 'checked_in');
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.status IN ('pending', 'confirmed', 'checked_in') THEN
    PERFORM booking_draw_both(NEW, true, true);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER booking_draw_on_insert AFTER INSERT ON booking_appointment
  FOR EACH ROW WHEN (NEW.status IN ('pending', 'confirmed', 'checked_in'))
  EXECUTE FUNCTION booking_draw_appointment();
CREATE TRIGGER booking_draw_on_update AFTER UPDATE ON booking_appointment
  FOR EACH ROW WHEN (
    (OLD.status IN ('pending', 'confirmed', 'checked_in'))
      <> (NEW.status IN ('pending', 'confirmed', 'checked_in'))
    OR NEW.status IN ('pending', 'confirmed', 'checked_in') AND (
      OLD.staff_member_id, OLD.blocked_from, OLD.blocked_until, OLD.processing_from, OLD.processing_until,
      OLD.session_id) IS DISTINCT FROM (
      NEW.staff_member_id, NEW.blocked_from, NEW.blocked_until, NEW.processing_from, NEW.processing_until,
      NEW.session_id))
  EXECUTE FUNCTION booking_draw_appointment();
CREATE TRIGGER booking_draw_on_delete AFTER DELETE ON booking_appointment
  FOR EACH ROW WHEN (OLD.status IN ('pending', 'confirmed', 'checked_in'))
  EXECUTE FUNCTION booking_draw_appointment();
"""
_DO_NOT_DRAW = """
DROP TRIGGER IF EXISTS booking_draw_on_insert ON booking_appointment;
DROP TRIGGER IF EXISTS booking_draw_on_update ON booking_appointment;
DROP TRIGGER IF EXISTS booking_draw_on_delete ON booking_appointment;
DROP FUNCTION IF EXISTS booking_draw_appointment;
DROP FUNCTION IF EXISTS booking_draw_both;
DROP FUNCTION IF EXISTS booking_draw;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0005_status_may_change"),
        ("tenants", "0004_requests_with_a_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="TakenLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("number", models.IntegerField()),
                ("cells", booking.models.lines.BitLine()),
                ("uneven", models.IntegerField(default=0)),
                (
                    "staff_member",
                    tenants.models.base.TenantForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="booking.staffmember",
                        verbose_name="staff member",
                    ),
                ),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("staff_member", "number"), name="taken_line_once"
                    )
                ],
            },
        ),
        walls.same_tenant("booking_takenline", staff_member_id="booking_staffmember"),
        walls.raise_wall("booking_takenline"),
        migrations.RunSQL(_DRAW, _DO_NOT_DRAW),
    ]
