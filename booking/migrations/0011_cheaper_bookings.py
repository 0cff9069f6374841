from django.db import migrations

# A booking waits for five foreign keys and for its line. That its tenant exists is said by the key to its branch
# already: (tenant_id, branch_id) is a branch, and the branch is of a tenant. Everybody who books at a business marked
# the same row of it.
_NO_KEY = "ALTER TABLE booking_appointment DROP CONSTRAINT booking_appointment_tenant_id_bdb515a4_fk_tenants_tenant_id"
_KEY = (
    "ALTER TABLE booking_appointment ADD CONSTRAINT booking_appointment_tenant_id_bdb515a4_fk_tenants_tenant_id"
    " FOREIGN KEY (tenant_id) REFERENCES tenants_tenant (id) DEFERRABLE INITIALLY DEFERRED"
)
# The same as before. Each expression of PL/pgSQL is prepared anew in each transaction, so the short way is one
# statement that finds its row or does not.
_ONE_STATEMENT = """
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
    dependencies = [("booking", "0010_walls_of_calendars")]

    operations = [
        migrations.RunSQL(_NO_KEY, _KEY),
        migrations.RunSQL(_ONE_STATEMENT, migrations.RunSQL.noop),
    ]
