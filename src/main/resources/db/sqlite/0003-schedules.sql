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
