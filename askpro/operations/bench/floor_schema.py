"""The two tables of the floors: an inbox and an outbox without anything else."""

SQL = """
CREATE TABLE IF NOT EXISTS bench_inbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, provider smallint NOT NULL,
  event_key text NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), body bytea NOT NULL,
  UNIQUE (provider, event_key));
CREATE TABLE IF NOT EXISTS bench_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, inbox_id bigint NOT NULL,
  kind smallint NOT NULL, run_at timestamptz NOT NULL DEFAULT now());
"""
