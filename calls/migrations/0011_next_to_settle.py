from django.db import migrations

# The call that waits longest, with its next turn noted: one message to the database, mostly to hear that none waits.
# Nobody waits for the disk to know of a turn; whatever is lost with the server is looked at once more.
NEXT = """
CREATE FUNCTION calls_next_to_settle(due timestamptz, again timestamptz)
RETURNS TABLE (tenant_id uuid, id bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE before text := current_setting('app.platform', true);
BEGIN
  PERFORM set_config('app.platform', 'on', true), set_config('synchronous_commit', 'off', true);
  RETURN QUERY
    UPDATE calls_call c SET settle_at = again WHERE c.id = (
      SELECT w.id FROM calls_call w WHERE w.settle_at <= due
      ORDER BY w.settle_at, w.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
    ) RETURNING c.tenant_id, c.id;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("calls", "0010_recordings")]

    operations = [
        migrations.RunSQL(NEXT, "DROP FUNCTION calls_next_to_settle(timestamptz, timestamptz);"),
    ]
