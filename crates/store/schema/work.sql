-- The queue of work. Rows are leased; `token` counts leases and fences off whoever lost one. Of
-- what stands in one `lane`, one is leased at a time.
CREATE TABLE work (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    lane TEXT,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    token INTEGER NOT NULL,
    worker TEXT,
    leased_until INTEGER,
    ended_at INTEGER,
    last_fault TEXT
) STRICT;

CREATE UNIQUE INDEX work_open ON work (kind, key) WHERE state IN ('queued', 'leased');
CREATE INDEX work_due ON work (kind, not_before, id, lane) WHERE state = 'queued';
CREATE INDEX work_lane ON work (kind, lane) WHERE state = 'leased';
CREATE INDEX work_leased ON work (kind, leased_until) WHERE state = 'leased';
CREATE INDEX work_ended ON work (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX work_key ON work (kind, key, id);
CREATE INDEX work_standing ON work (kind, state, id);
