from django.db import migrations

from tenants import walls

NUMBER = """
CREATE FUNCTION integrations_number_for(p_provider text, p_external_id text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE v_number bigint;
BEGIN
  SELECT id INTO v_number FROM integrations_subject
  WHERE provider = p_provider AND external_id = p_external_id;
  IF v_number IS NULL THEN
    INSERT INTO integrations_subject (provider, external_id) VALUES (p_provider, p_external_id)
    ON CONFLICT (provider, external_id) DO NOTHING RETURNING id INTO v_number;
  END IF;
  IF v_number IS NULL THEN  -- somebody else was faster; their row is committed by now
    SELECT id INTO v_number FROM integrations_subject
    WHERE provider = p_provider AND external_id = p_external_id;
  END IF;
  RETURN v_number;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0001_inbox_and_outbox"),
        ("tenants", "0002_walls_and_directory"),
    ]

    operations = [
        walls.raise_wall_with_unassigned("integrations_delivery"),
        walls.raise_wall("integrations_message"),
        walls.raise_wall("integrations_command"),
        walls.raise_wall("integrations_credential"),
        migrations.RunSQL(NUMBER, "DROP FUNCTION integrations_number_for(text, text);"),
    ]
