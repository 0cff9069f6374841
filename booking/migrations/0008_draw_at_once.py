from django.db import migrations

# The same as before, with a short way for what nearly every booking is: three calls of functions less.
_AT_ONCE = """
CREATE OR REPLACE FUNCTION booking_draw_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  starting bigint;
  ending bigint;
BEGIN
  -- Nearly every booking: whole cells of one line that is there already.
  IF TG_OP = 'INSERT' AND NEW.processing_from IS NULL THEN
    starting := date_part('epoch', NEW.blocked_from)::bigint;
    ending := date_part('epoch', NEW.blocked_until)::bigint;
    IF starting % 300 = 0 AND ending % 300 = 0 AND starting / 2419200 = (ending - 1) / 2419200 THEN
      UPDATE booking_takenline
      SET cells = cells | (((~ B'0'::bit(8064)) >> (8064 - (ending - starting)::int / 300))
                           << ((starting % 2419200)::int / 300))
      WHERE staff_member_id = NEW.staff_member_id AND number = (starting / 2419200)::int
        AND tenant_id = NEW.tenant_id;
      IF FOUND THEN
        RETURN NULL;
      END IF;
    END IF;
  END IF;
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
"""
_STEP_BY_STEP = """
CREATE OR REPLACE FUNCTION booking_draw_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0007_draw_what_is_booked")]

    operations = [migrations.RunSQL(_AT_ONCE, _STEP_BY_STEP)]
