-- Waivers: what was asked for stays as it was asked; only the decision is written later.
CREATE TABLE waiver (
    id TEXT PRIMARY KEY,
    org INTEGER NOT NULL,
    code TEXT NOT NULL,
    narrowing TEXT NOT NULL,
    engine TEXT,
    digest TEXT,
    reason TEXT NOT NULL,
    requester TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    approver TEXT,
    decided_at INTEGER,
    decision TEXT,
    expires_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    CHECK ((engine IS NULL) <> (digest IS NULL))
) STRICT;

CREATE INDEX waiver_of_org ON waiver (org, requested_at DESC, id DESC);
CREATE INDEX waiver_of_engine ON waiver (engine, requested_at) WHERE engine IS NOT NULL;
CREATE INDEX waiver_of_digest ON waiver (digest, requested_at) WHERE digest IS NOT NULL;

CREATE TRIGGER waiver_is_kept BEFORE DELETE ON waiver
BEGIN SELECT RAISE(ABORT, 'waivers are never deleted'); END;
CREATE TRIGGER waiver_stands
BEFORE UPDATE OF id, org, code, narrowing, engine, digest, reason, requester, requested_at, expires_at ON waiver
BEGIN SELECT RAISE(ABORT, 'what a waiver asks for is never changed'); END;
