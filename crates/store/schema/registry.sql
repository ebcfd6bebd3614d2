-- The registry: repositories, who sees which blob, manifests as exact bytes, tags. Bytes of blobs are files.
CREATE TABLE repository (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    org INTEGER NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- One row for each blob whose file is in its place. `state_at` is when it was doomed or found damaged.
CREATE TABLE blob (
    digest TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('live', 'doomed', 'damaged')),
    state_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_doomed ON blob (state_at) WHERE state = 'doomed';

-- A blob is served only through a row of its repository.
CREATE TABLE repository_blob (
    repository INTEGER NOT NULL REFERENCES repository,
    digest TEXT NOT NULL REFERENCES blob,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (repository, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX repository_blob_digest ON repository_blob (digest);
CREATE INDEX repository_blob_seen ON repository_blob (seen_at);

CREATE TABLE image_manifest (
    id INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repository,
    digest TEXT NOT NULL,
    media_type TEXT NOT NULL,
    artifact_type TEXT,
    subject TEXT,
    annotations TEXT NOT NULL,
    bytes BLOB NOT NULL,
    pushed_by TEXT NOT NULL,
    pushed_at INTEGER NOT NULL,
    damaged_at INTEGER,
    UNIQUE (repository, digest)
) STRICT;
CREATE INDEX image_manifest_subject ON image_manifest (repository, subject, digest) WHERE subject IS NOT NULL;

-- What manifests point to. The repository is repeated, because it is always asked for.
CREATE TABLE manifest_link (
    manifest INTEGER NOT NULL REFERENCES image_manifest ON DELETE CASCADE,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('blob', 'manifest', 'foreign')),
    repository INTEGER NOT NULL,
    PRIMARY KEY (manifest, digest, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX manifest_link_digest ON manifest_link (digest, repository);

CREATE TABLE tag (
    repository INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (repository, name),
    FOREIGN KEY (repository, digest) REFERENCES image_manifest (repository, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_digest ON tag (repository, digest);

-- Where tags pointed; `digest` is missing when the tag was taken away.
CREATE TABLE tag_change (
    seq INTEGER PRIMARY KEY,
    repository INTEGER NOT NULL REFERENCES repository,
    tag TEXT NOT NULL,
    digest TEXT,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX tag_change_tag ON tag_change (repository, tag, seq);

-- Bytes of the distinct blobs that an organization's repositories see, and its own quota.
CREATE TABLE storage_use (
    org INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL DEFAULT 0,
    quota INTEGER
) STRICT;

-- How far tasks have come that go through everything.
CREATE TABLE task_cursor (
    task TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT;
