-- Schedules: the specification as it was asked for, and how far each is. See ScheduleRow.

CREATE TABLE schedules (
    id BLOB NOT NULL PRIMARY KEY,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    spec BLOB NOT NULL,
    progress BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX schedules_name ON schedules (namespace, name);

-- The latest that were deleted, so that a creation that comes late does not bring one back.
CREATE TABLE deleted_schedules (
    place INTEGER PRIMARY KEY,
    id BLOB NOT NULL
);
