from django.db import migrations

from tenants import walls

# How many seats of a session are taken is counted by the database; the check on the session says when it is full.
_COUNT_SEATS = """
CREATE FUNCTION booking_count_seats() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  active constant text[] := ARRAY['held', 'pending', 'confirmed', 'checked_in'];
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.session_id IS NOT NULL AND OLD.status = ANY(active) THEN
    UPDATE booking_session SET seats_taken = seats_taken - OLD.seats
    WHERE tenant_id = OLD.tenant_id AND id = OLD.session_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.session_id IS NOT NULL AND NEW.status = ANY(active) THEN
    UPDATE booking_session SET seats_taken = seats_taken + NEW.seats
    WHERE tenant_id = NEW.tenant_id AND id = NEW.session_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER booking_count_seats_on_insert AFTER INSERT ON booking_appointment
  FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION booking_count_seats();
CREATE TRIGGER booking_count_seats_on_update AFTER UPDATE OF session_id, seats, status ON booking_appointment
  FOR EACH ROW WHEN (OLD.session_id IS NOT NULL OR NEW.session_id IS NOT NULL)
  EXECUTE FUNCTION booking_count_seats();
CREATE TRIGGER booking_count_seats_on_delete AFTER DELETE ON booking_appointment
  FOR EACH ROW WHEN (OLD.session_id IS NOT NULL) EXECUTE FUNCTION booking_count_seats();
"""
_DO_NOT_COUNT = """
DROP TRIGGER IF EXISTS booking_count_seats_on_insert ON booking_appointment;
DROP TRIGGER IF EXISTS booking_count_seats_on_update ON booking_appointment;
DROP TRIGGER IF EXISTS booking_count_seats_on_delete ON booking_appointment;
DROP FUNCTION IF EXISTS booking_count_seats;
"""
# Where somebody had the last turn among equals.
_TURNS = "CREATE SEQUENCE booking_turn AS bigint; GRANT USAGE ON SEQUENCE booking_turn TO PUBLIC;"
_NO_TURNS = "DROP SEQUENCE IF EXISTS booking_turn;"

_TABLES = [
    "booking_diaryrules",
    "booking_policy",
    "booking_proposal",
    "booking_requirement",
    "booking_requirementresource",
    "booking_resource",
    "booking_resourceuse",
    "booking_series",
    "booking_session",
    "booking_specialhours",
    "booking_visit",
    "booking_waitingentry",
    "booking_waitingoffer",
]
_BRANCH = {"branch_id": "tenants_branch"}
_STAFF = {"staff_member_id": "booking_staffmember"}
_SERVICE = {"service_id": "booking_service"}
_CUSTOMER = {"customer_id": "booking_customer"}
_APPOINTMENT = {"appointment_id": "booking_appointment"}


class Migration(migrations.Migration):
    dependencies = [("booking", "0003_the_whole_diary")]

    operations = [
        walls.can_be_referenced(
            "booking_requirement",
            "booking_resource",
            "booking_series",
            "booking_session",
            "booking_timeoff",
            "booking_visit",
            "booking_waitingentry",
        ),
        walls.same_tenant("booking_policy", **_BRANCH, **_SERVICE, **_STAFF),
        walls.same_tenant(
            "booking_proposal", **_APPOINTMENT, **_STAFF, time_off_id="booking_timeoff"
        ),
        walls.same_tenant("booking_requirement", **_SERVICE),
        walls.same_tenant(
            "booking_requirementresource",
            requirement_id="booking_requirement",
            resource_id="booking_resource",
        ),
        walls.same_tenant("booking_resource", **_BRANCH),
        walls.same_tenant("booking_resourceuse", **_APPOINTMENT, resource_id="booking_resource"),
        walls.same_tenant("booking_series", **_BRANCH, **_SERVICE, **_STAFF, **_CUSTOMER),
        walls.same_tenant("booking_session", **_BRANCH, **_SERVICE, **_STAFF),
        walls.same_tenant("booking_specialhours", **_BRANCH, **_STAFF),
        walls.same_tenant("booking_visit", **_BRANCH, **_CUSTOMER),
        walls.same_tenant("booking_waitingentry", **_BRANCH, **_SERVICE, **_STAFF, **_CUSTOMER),
        walls.same_tenant("booking_waitingoffer", **_STAFF, entry_id="booking_waitingentry"),
        walls.same_tenant(
            "booking_appointment",
            session_id="booking_session",
            series_id="booking_series",
            visit_id="booking_visit",
        ),
        *[walls.raise_wall(table) for table in _TABLES],
        migrations.RunSQL(_COUNT_SEATS, _DO_NOT_COUNT),
        migrations.RunSQL(_TURNS, _NO_TURNS),
    ]
