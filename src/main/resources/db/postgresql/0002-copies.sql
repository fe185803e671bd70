-- Which masters hold which bytes; a master is the id of its data directory.
CREATE TABLE blob_copies (
    blob text COLLATE "C" NOT NULL,
    master text COLLATE "C" NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (blob, master)
);
CREATE INDEX blob_copies_master ON blob_copies (master, blob);

CREATE TABLE log_copies (
    job bytea NOT NULL,
    master text COLLATE "C" NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (job, master)
);
CREATE INDEX log_copies_master ON log_copies (master, job);
