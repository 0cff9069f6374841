from django.db import migrations

# The same table as booking/states.py. A status may only become what stands here; a row may begin in any.
_GUARD = """
CREATE FUNCTION booking_status_may_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status, NEW.status) NOT IN (
    ('held', 'pending'), ('held', 'confirmed'),
    ('pending', 'confirmed'), ('pending', 'checked_in'), ('pending', 'cancelled'),
    ('confirmed', 'checked_in'), ('confirmed', 'completed'), ('confirmed', 'no_show'), ('confirmed', 'cancelled'),
    ('checked_in', 'confirmed'), ('checked_in', 'completed'), ('checked_in', 'cancelled'),
    ('no_show', 'checked_in'), ('no_show', 'completed')
  ) THEN
    RAISE EXCEPTION 'an appointment that is % does not become %', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_status_may_change';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER appointment_status_may_change BEFORE UPDATE OF status ON booking_appointment
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION booking_status_may_change();
"""
_NO_GUARD = """
DROP TRIGGER IF EXISTS appointment_status_may_change ON booking_appointment;
DROP FUNCTION IF EXISTS booking_status_may_change;
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0004_walls_and_seats")]

    operations = [migrations.RunSQL(_GUARD, _NO_GUARD)]
