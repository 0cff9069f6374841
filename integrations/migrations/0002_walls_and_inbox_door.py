from django.db import migrations

from tenants import walls

# One round trip for the acknowledgement: number the subject, keep the bytes, say whether it was news.
RECORD = """
CREATE FUNCTION integrations_record_delivery(
  p_provider text, p_external_id text, p_key text, p_kind text, p_body bytea, p_state text, p_error text
) RETURNS TABLE (subject_number bigint, is_new boolean)
LANGUAGE plpgsql AS $$
DECLARE v_number bigint; v_delivery bigint; before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true);
  IF p_external_id IS NOT NULL THEN
    v_number := integrations_number_for(p_provider, p_external_id);
  END IF;
  INSERT INTO integrations_delivery
    (provider, key, kind, subject_id, body, state, error, attempts, next_attempt_at, created_at)
  VALUES
    (p_provider, p_key, p_kind, v_number, p_body, p_state, p_error, 0, now(), now())
  ON CONFLICT (provider, key) DO NOTHING RETURNING id INTO v_delivery;
  RETURN QUERY SELECT v_number, v_delivery IS NOT NULL;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;
"""
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
        migrations.RunSQL(
            RECORD,
            "DROP FUNCTION integrations_record_delivery(text, text, text, text, bytea, text, text);",
        ),
    ]
