-- Pushes that became no build, and why. One row for each image and repository.
CREATE TABLE unattributed_push (
    id TEXT PRIMARY KEY,
    org INTEGER NOT NULL,
    repository TEXT NOT NULL,
    digest TEXT NOT NULL,
    reference TEXT NOT NULL,
    pushed_by TEXT,
    pusher TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (repository, digest)
) STRICT;

CREATE INDEX push_newest ON unattributed_push (at DESC, id DESC);
CREATE INDEX push_of_org ON unattributed_push (org, at DESC, id DESC);
