from django.db import migrations

# The oldest that is due, with its attempt counted: one message to the database and a transaction of its own, so that a
# delivery which kills its worker each time gives up one day. Nobody waits for the disk to know of an attempt.
CLAIM = """
CREATE FUNCTION integrations_claim(providers text[], due timestamptz)
RETURNS TABLE (id bigint, attempts smallint, provider varchar)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true), set_config('synchronous_commit', 'off', true);
  RETURN QUERY
    UPDATE integrations_delivery d SET attempts = d.attempts + 1 WHERE d.id = (
      SELECT w.id FROM integrations_delivery w
      WHERE w.state = 'new' AND w.next_attempt_at <= due AND w.provider = ANY(providers)
      ORDER BY w.next_attempt_at, w.id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING d.id, d.attempts, d.provider;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0003_results_of_commands")]

    operations = [
        migrations.RunSQL(CLAIM, "DROP FUNCTION integrations_claim(text[], timestamptz);"),
    ]
