from django.db import migrations

# A question of the agent begins with this, and somebody waits for its answer: where the dialled number leads, the wall of
# that business for the rest of the transaction, our number of the call, and its row, made here if this is the first to
# arrive. `fresh` is the whole row but for what is found out here.
OPEN = """
CREATE FUNCTION calls_open(provider text, external text, dialled text, fresh jsonb)
RETURNS TABLE (tenant_id uuid, time_zone varchar, id bigint, branch_id bigint, phone_number_id bigint,
               customer_id bigint, external_id varchar, from_number varchar, to_number varchar, status varchar)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  line record;
  number bigint;
  made bigint;
BEGIN
  SELECT * INTO line FROM tenants_line_for(dialled);
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM set_config('app.tenant', line.tenant_id::text, true);
  number := integrations_number_for(provider, external);
  LOOP
    RETURN QUERY
      SELECT c.tenant_id, line.time_zone, c.id, c.branch_id, c.phone_number_id, c.customer_id, c.external_id,
             c.from_number, c.to_number, c.status
      FROM calls_call c WHERE c.tenant_id = line.tenant_id AND c.id = number;
    IF FOUND THEN
      RETURN;
    END IF;
    IF made IS NOT NULL THEN
      RAISE EXCEPTION 'call % is a call of another business', number;
    END IF;
    made := number;
    INSERT INTO calls_call SELECT whole.* FROM jsonb_populate_record(NULL::calls_call, fresh || jsonb_build_object(
      'id', number, 'tenant_id', line.tenant_id, 'branch_id', line.branch_id,
      'phone_number_id', line.phone_number_id)) whole
    ON CONFLICT DO NOTHING;
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0003_agents"),
        ("integrations", "0002_walls_and_inbox_door"),
        ("tenants", "0002_walls_and_directory"),
    ]

    operations = [
        migrations.RunSQL(OPEN, "DROP FUNCTION calls_open(text, text, text, jsonb);"),
    ]
