from django.db import migrations

# The oldest that is due and in nobody's hand: it is taken with a lock of the session, then its attempt is counted and
# committed. So nobody else counts or applies it until the work is over, and a worker that is killed takes its lock along:
# the next one to look has the row at once. Nobody waits for the disk to know of an attempt.
#
# A lock outlives an error, so none is asked for before the row is found, and one that was no use is given back here. One
# row after the other, each read anew: a statement over many might lock rows that it does not return.
TAKE = """
CREATE FUNCTION integrations_take(providers text[], due timestamptz)
RETURNS TABLE (id bigint, provider varchar) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  before text := current_setting('app.platform', true);
  seen_at timestamptz := '-infinity';
  seen bigint := 0;
BEGIN
  PERFORM set_config('app.platform', 'on', true), set_config('synchronous_commit', 'off', true);
  LOOP
    SELECT w.next_attempt_at, w.id, w.provider INTO seen_at, seen, provider FROM integrations_delivery w
    WHERE w.state = 'new' AND w.next_attempt_at <= due AND w.provider = ANY(providers)
      AND (w.next_attempt_at, w.id) > (seen_at, seen)
    ORDER BY w.next_attempt_at, w.id LIMIT 1;
    EXIT WHEN NOT FOUND;
    CONTINUE WHEN NOT pg_try_advisory_lock('integrations_delivery'::regclass::oid::int, integrations_hand(seen));
    -- Whoever had it until just now may have applied or postponed it.
    UPDATE integrations_delivery d SET attempts = d.attempts + 1
    WHERE d.id = seen AND d.state = 'new' AND d.next_attempt_at <= due;
    IF FOUND THEN
      id := seen;
      RETURN NEXT;
      EXIT;
    END IF;
    PERFORM integrations_let_go(seen);
  END LOOP;
  PERFORM set_config('app.platform', coalesce(before, ''), true);
END $$;
"""
# Locks are named by two small numbers. Two rows that share one wait for each other, which does no harm.
HAND = """
CREATE FUNCTION integrations_hand(delivery bigint) RETURNS int
LANGUAGE sql IMMUTABLE AS 'SELECT (delivery % 2147483647)::int';
"""
LET_GO = """
CREATE FUNCTION integrations_let_go(delivery bigint) RETURNS boolean LANGUAGE sql AS $$
  SELECT pg_advisory_unlock('integrations_delivery'::regclass::oid::int, integrations_hand(delivery))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("integrations", "0004_claiming_a_delivery")]

    # The old claim stays for workers that still run the old code.
    operations = [
        migrations.RunSQL(HAND, "DROP FUNCTION integrations_hand(bigint);"),
        migrations.RunSQL(LET_GO, "DROP FUNCTION integrations_let_go(bigint);"),
        migrations.RunSQL(TAKE, "DROP FUNCTION integrations_take(text[], timestamptz);"),
    ]
