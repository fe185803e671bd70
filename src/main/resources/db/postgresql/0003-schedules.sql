-- Schedules: the specification as it was asked for, and how far each is. See ScheduleRow.

CREATE TABLE schedules (
    id bytea PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    spec bytea NOT NULL,
    progress bytea NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX schedules_name ON schedules (namespace, name);

-- The latest that were deleted, so that a creation that comes late does not bring one back.
CREATE TABLE deleted_schedules (
    place bigint PRIMARY KEY,
    id bytea NOT NULL
);
