-- Who is told of what happened, and how far the telling has come.
CREATE TABLE webhook_endpoint (
    id TEXT PRIMARY KEY,
    org INTEGER NOT NULL,
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_until INTEGER,
    events TEXT NOT NULL,
    disabled TEXT,
    rests_until INTEGER,
    created_at INTEGER NOT NULL,
    created_by TEXT,
    modified_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_endpoint_org ON webhook_endpoint (org, created_at);

-- The id follows from event and receiver: whatever is queued twice is kept once. An endpoint may be deleted, what was
-- sent to it stays on record.
CREATE TABLE delivery (
    id TEXT PRIMARY KEY,
    org INTEGER NOT NULL,
    about TEXT NOT NULL,
    name TEXT NOT NULL,
    endpoint TEXT,
    address TEXT,
    audience TEXT,
    report TEXT,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last TEXT,
    next_at INTEGER,
    queued_at INTEGER NOT NULL,
    ended_at INTEGER,
    CHECK ((endpoint IS NULL) = (address IS NOT NULL)),
    CHECK ((address IS NULL) = (audience IS NULL))
) STRICT;

CREATE INDEX delivery_newest ON delivery (queued_at DESC, id);
CREATE INDEX delivery_of_org ON delivery (org, queued_at DESC, id);
CREATE INDEX delivery_to_endpoint ON delivery (endpoint, queued_at DESC, id) WHERE endpoint IS NOT NULL;
CREATE INDEX delivery_waiting ON delivery (endpoint) WHERE state = 'queued';
CREATE INDEX delivery_ended ON delivery (ended_at) WHERE ended_at IS NOT NULL;
