-- Which masters hold which bytes; a master is the id of its data directory.
CREATE TABLE blob_copies (
    blob text COLLATE "C" NOT NULL,
    master text COLLATE "C" NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (blob, master)
);
CREATE INDEX blob_copies_master ON blob_copies (master, blob);

-- Who has one stream of one attempt need not have another; 0 is stdout, 1 is stderr.
CREATE TABLE log_copies (
    job bytea NOT NULL,
    attempt integer NOT NULL,
    stream integer NOT NULL,
    master text COLLATE "C" NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (job, attempt, stream, master)
);
CREATE INDEX log_copies_master ON log_copies (master, job, attempt, stream);
