"""The tables of the floors: an inbox and an outbox without anything else, and a diary without rules."""

from django.db import connections

SQL = """
CREATE TABLE IF NOT EXISTS bench_inbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, provider smallint NOT NULL,
  event_key text NOT NULL, received_at timestamptz NOT NULL DEFAULT now(), body bytea NOT NULL,
  UNIQUE (provider, event_key));
CREATE TABLE IF NOT EXISTS bench_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, inbox_id bigint NOT NULL,
  kind smallint NOT NULL, run_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS bench_line (number text PRIMARY KEY, business int NOT NULL);
CREATE TABLE IF NOT EXISTS bench_person (id int PRIMARY KEY, business int NOT NULL);
CREATE INDEX IF NOT EXISTS bench_person_of_business ON bench_person (business);
CREATE TABLE IF NOT EXISTS bench_guest (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, business int NOT NULL,
  phone text NOT NULL, UNIQUE (business, phone));
CREATE TABLE IF NOT EXISTS bench_taken (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int NOT NULL,
  begins timestamptz NOT NULL, ends timestamptz NOT NULL, guest bigint, call_id text,
  EXCLUDE USING gist (person WITH =, tstzrange(begins, ends) WITH &&));
CREATE INDEX IF NOT EXISTS bench_taken_by_start ON bench_taken (person, begins) INCLUDE (ends);
"""

# Five people behind each number, half of every day taken for a fortnight.
FILL = """
TRUNCATE bench_line, bench_person, bench_guest, bench_taken;
INSERT INTO bench_line SELECT number, place FROM unnest(%(numbers)s::text[]) WITH ORDINALITY AS line (number, place);
INSERT INTO bench_person SELECT n, (n - 1) / 5 + 1 FROM generate_series(1, 5 * cardinality(%(numbers)s::text[])) n;
INSERT INTO bench_taken (person, begins, ends)
SELECT p.id, begins, begins + interval '30 minutes'
FROM bench_person p, generate_series(0, 14) AS day, unnest(ARRAY[480, 510, 540, 570, 600, 630, 720, 750, 780, 810,
  840, 870, 900, 930]) AS minute,
  LATERAL (SELECT (current_date + day)::timestamp AT TIME ZONE 'UTC' + minute * interval '1 minute' AS begins) at
WHERE hashint8(p.id * 100000 + day * 1000 + minute) %% 2 = 0;
ANALYZE bench_line, bench_person, bench_taken;
"""


def fill(numbers: list[str]) -> None:
    """Fill the floor's diary, as the owner of its tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(FILL, {"numbers": numbers})
    connections["owner"].close()
