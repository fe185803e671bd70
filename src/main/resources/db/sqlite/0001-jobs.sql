-- Times are nanoseconds since 1970 in UTC. States are the codes of StatusCode; those below 10 live.

CREATE TABLE leader (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    holder TEXT NOT NULL
);
INSERT INTO leader (id, epoch, holder) VALUES (1, 0, '');

-- Batches as they were committed, until their events are in the tables below.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    events BLOB NOT NULL
);

-- The truth: runs of events of a job, each under the number of its last one. See EventFrames.
CREATE TABLE events (
    job BLOB NOT NULL,
    seq INTEGER NOT NULL,
    run BLOB NOT NULL,
    PRIMARY KEY (job, seq)
) WITHOUT ROWID;

-- What lists show of the events, one row a job. The arrival is the time of the submission, raised
-- where it has to be so that it is unique and grows with every job: the order of lists.
CREATE TABLE jobs (
    id BLOB NOT NULL PRIMARY KEY,
    arrival INTEGER NOT NULL,
    number INTEGER NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    labels TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    round INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    retention INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    worker TEXT,
    started_at INTEGER,
    exit_code INTEGER,
    reason TEXT,
    ended_at INTEGER
) WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_arrival ON jobs (arrival);
CREATE INDEX jobs_status ON jobs (status, arrival);
CREATE INDEX jobs_namespace ON jobs (namespace, arrival);
CREATE INDEX jobs_number ON jobs (namespace, number);
CREATE INDEX jobs_expiry ON jobs (ended_at + retention) WHERE ended_at IS NOT NULL;

CREATE TABLE job_labels (
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    arrival INTEGER NOT NULL,
    job BLOB NOT NULL,
    PRIMARY KEY (key, value, arrival)
) WITHOUT ROWID;

CREATE TABLE numbers (
    namespace TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE submissions (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    job BLOB NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (namespace, key)
) WITHOUT ROWID;
CREATE INDEX submissions_at ON submissions (at);

CREATE TABLE draining (
    worker TEXT NOT NULL PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE blob_references (
    blob TEXT NOT NULL,
    job BLOB NOT NULL,
    PRIMARY KEY (blob, job)
) WITHOUT ROWID;
CREATE INDEX blob_references_job ON blob_references (job);

CREATE TABLE tokens (
    name TEXT NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    namespace TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) WITHOUT ROWID;

CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
