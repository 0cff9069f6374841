from django.db import migrations

# The same as before, but the short way lays a few ones over the line where it moved and joined two lines of a kilobyte
# bit by bit. A line begins with its last cell. An appointment blocks a day at most, which is 288 cells.
_LAY_OVER = """
CREATE OR REPLACE FUNCTION booking_draw_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Nearly every booking: whole cells of one line that is there already.
  IF TG_OP = 'INSERT' THEN
    UPDATE booking_takenline
    SET cells = overlay(cells
        PLACING substring(~ B'0'::bit(288) FROM 1 FOR date_part('epoch', NEW.blocked_until - NEW.blocked_from)::int / 300)
        FROM (8065 - (date_part('epoch', NEW.blocked_until)::bigint / 300 - number::bigint * 8064))::int)
    WHERE staff_member_id = NEW.staff_member_id
      AND number = (date_part('epoch', NEW.blocked_from)::bigint / 2419200)::int
      AND tenant_id = NEW.tenant_id
      AND NEW.processing_from IS NULL
      AND date_part('epoch', NEW.blocked_from)::bigint % 300 = 0
      AND date_part('epoch', NEW.blocked_until)::bigint % 300 = 0
      AND date_part('epoch', NEW.blocked_from)::bigint / 2419200
        = (date_part('epoch', NEW.blocked_until)::bigint - 1) / 2419200;
    IF FOUND THEN
      RETURN NULL;
    END IF;
  ELSIF OLD.status IN ('pending', 'confirmed', 'checked_in') THEN
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
"""
_SHIFT = """
CREATE OR REPLACE FUNCTION booking_draw_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Nearly every booking: whole cells of one line that is there already.
  IF TG_OP = 'INSERT' THEN
    UPDATE booking_takenline
    SET cells = cells | (((~ B'0'::bit(8064))
        >> (8064 - date_part('epoch', NEW.blocked_until - NEW.blocked_from)::int / 300))
        << ((date_part('epoch', NEW.blocked_from)::bigint % 2419200)::int / 300))
    WHERE staff_member_id = NEW.staff_member_id
      AND number = (date_part('epoch', NEW.blocked_from)::bigint / 2419200)::int
      AND tenant_id = NEW.tenant_id
      AND NEW.processing_from IS NULL
      AND date_part('epoch', NEW.blocked_from)::bigint % 300 = 0
      AND date_part('epoch', NEW.blocked_until)::bigint % 300 = 0
      AND date_part('epoch', NEW.blocked_from)::bigint / 2419200
        = (date_part('epoch', NEW.blocked_until)::bigint - 1) / 2419200;
    IF FOUND THEN
      RETURN NULL;
    END IF;
  ELSIF OLD.status IN ('pending', 'confirmed', 'checked_in') THEN
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
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0016_editions")]

    operations = [migrations.RunSQL(_LAY_OVER, _SHIFT)]
