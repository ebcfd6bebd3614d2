-- Engines, their builds, and what happened to them.
CREATE TABLE engine (
    id TEXT PRIMARY KEY,
    org INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    mode TEXT NOT NULL,
    deployment_model TEXT NOT NULL,
    details TEXT NOT NULL,
    disabled TEXT,
    deleted_at INTEGER,
    created_at INTEGER NOT NULL,
    created_by TEXT,
    modified_at INTEGER NOT NULL
) STRICT;

-- A deleted engine gives its slug free.
CREATE UNIQUE INDEX engine_slug ON engine (org, slug) WHERE deleted_at IS NULL;
CREATE INDEX engine_name ON engine (org, name);

CREATE TABLE build (
    id TEXT PRIMARY KEY,
    engine TEXT NOT NULL REFERENCES engine,
    org INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT,
    repository TEXT NOT NULL,
    reference TEXT NOT NULL,
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    pushed_by TEXT,
    uploaded_at INTEGER NOT NULL,
    submitted_by TEXT,
    submitted_at INTEGER,
    modified_at INTEGER NOT NULL,
    manifest TEXT,
    report TEXT,
    verdict TEXT,
    policy TEXT,
    reason TEXT,
    UNIQUE (engine, number)
) STRICT;

-- One build per engine and image; a deleted one makes room for the same image to come back under a new number.
CREATE UNIQUE INDEX build_digest ON build (engine, digest) WHERE status <> 'deleted';
-- At most one deployed build per engine, whatever the code above believes.
CREATE UNIQUE INDEX build_deployed ON build (engine) WHERE status = 'deployed';
-- With the status at hand, those in another one are passed over without a look at their rows.
CREATE INDEX build_newest ON build (uploaded_at DESC, id DESC, status);
CREATE INDEX build_of_org ON build (org, uploaded_at DESC, id DESC, status);
CREATE INDEX build_of_engine ON build (engine, uploaded_at DESC, id DESC, status);
CREATE INDEX build_of_image ON build (digest);
CREATE INDEX build_waiting ON build (stage, modified_at, id) WHERE stage <> 'none';

-- Append-only: what happened, who did it, why.
CREATE TABLE lifecycle_event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    name TEXT NOT NULL,
    engine TEXT NOT NULL REFERENCES engine,
    build TEXT REFERENCES build,
    org INTEGER NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    user TEXT,
    actor TEXT NOT NULL,
    reason TEXT,
    details TEXT NOT NULL
) STRICT;

CREATE INDEX event_of_build ON lifecycle_event (build, sequence);
CREATE INDEX event_of_engine ON lifecycle_event (engine, sequence);

CREATE TRIGGER lifecycle_event_is_kept BEFORE DELETE ON lifecycle_event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER lifecycle_event_stands BEFORE UPDATE ON lifecycle_event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
