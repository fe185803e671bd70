-- The tables of the SQLite engine at its version 2, but for its journal and its misfits: here a
-- batch is written whole or refused. Times are nanoseconds since 1970 in UTC, unless they are
-- compared with the server's clock; ids of jobs are the 16 bytes of their UUID.

-- A commit holds the row FOR KEY SHARE. The epoch is a key, so raising it waits for commits under
-- way; the lease is none, so renewing it waits for nothing.
CREATE TABLE leader (
    id integer PRIMARY KEY CHECK (id = 1),
    epoch bigint NOT NULL UNIQUE,
    holder text NOT NULL,
    data_uri text NOT NULL,
    lease_until timestamptz NOT NULL
);
INSERT INTO leader (id, epoch, holder, data_uri, lease_until) VALUES (1, 0, '', '', '-infinity');

CREATE TABLE masters (
    id text COLLATE "C" PRIMARY KEY,
    node text NOT NULL,
    data_uri text NOT NULL,
    workers integer NOT NULL,
    seen_at timestamptz NOT NULL
);

-- The truth: runs of events of a job, each under the number of its last one. See EventFrames.
CREATE TABLE events (
    job bytea NOT NULL,
    seq bigint NOT NULL,
    run bytea NOT NULL,
    PRIMARY KEY (job, seq)
);

-- What lists show of the events, one row a job. The arrival is the time of the submission, raised
-- where it has to be so that it is unique and grows with every job: the order of lists.
CREATE TABLE jobs (
    id bytea PRIMARY KEY,
    arrival bigint NOT NULL,
    number bigint NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    owner text NOT NULL,
    labels text NOT NULL,
    submitted_at bigint NOT NULL,
    status integer NOT NULL,
    last_seq bigint NOT NULL,
    round integer NOT NULL,
    priority integer NOT NULL,
    retention bigint NOT NULL,
    attempt integer NOT NULL,
    worker text,
    started_at bigint,
    exit_code integer,
    reason text,
    ended_at bigint,
    end_order bigint
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
CREATE UNIQUE INDEX jobs_arrival ON jobs (arrival);
CREATE INDEX jobs_status ON jobs (status, arrival);
CREATE INDEX jobs_namespace ON jobs (namespace, arrival);
CREATE INDEX jobs_number ON jobs (namespace, number);
CREATE INDEX jobs_expiry ON jobs ((ended_at + retention)) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX jobs_end ON jobs (end_order) WHERE end_order IS NOT NULL;

CREATE TABLE purged (
    end_order bigint PRIMARY KEY,
    job bytea NOT NULL UNIQUE,
    number bigint NOT NULL
);

CREATE TABLE job_labels (
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    arrival bigint NOT NULL,
    job bytea NOT NULL,
    PRIMARY KEY (key, value, arrival)
);
CREATE INDEX job_labels_job ON job_labels (job);

CREATE TABLE numbers (
    namespace text COLLATE "C" PRIMARY KEY,
    last bigint NOT NULL
);

CREATE TABLE submissions (
    namespace text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    body_hash text NOT NULL,
    job bytea NOT NULL,
    number bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (namespace, key)
);
CREATE INDEX submissions_at ON submissions (at);

CREATE TABLE draining (
    worker text COLLATE "C" PRIMARY KEY
);

CREATE TABLE blob_references (
    blob text COLLATE "C" NOT NULL,
    job bytea NOT NULL,
    PRIMARY KEY (blob, job)
);
CREATE INDEX blob_references_job ON blob_references (job);

CREATE TABLE tokens (
    name text COLLATE "C" PRIMARY KEY,
    sha256 text NOT NULL UNIQUE,
    role text NOT NULL,
    namespace text,
    created_at bigint NOT NULL,
    expires_at bigint
);

CREATE TABLE secrets (
    name text COLLATE "C" PRIMARY KEY,
    value bytea NOT NULL
);
