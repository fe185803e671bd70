-- The order in which jobs ended, counted, for what a new leader remembers of them. A removed job
-- leaves its place for as long; runs of events that did not follow on their job's are kept aside.

ALTER TABLE jobs ADD COLUMN end_order INTEGER;
UPDATE jobs SET end_order = o.place FROM (
    SELECT id, row_number() OVER (ORDER BY ended_at, arrival) AS place FROM jobs
    WHERE ended_at IS NOT NULL
) AS o WHERE jobs.id = o.id;
CREATE UNIQUE INDEX jobs_end ON jobs (end_order) WHERE end_order IS NOT NULL;

CREATE TABLE purged (
    end_order INTEGER PRIMARY KEY,
    job BLOB NOT NULL UNIQUE,
    number INTEGER NOT NULL
);

CREATE TABLE misfits (
    id INTEGER PRIMARY KEY,
    job BLOB NOT NULL,
    last_seq INTEGER NOT NULL,
    run BLOB NOT NULL
);
