-- Organizations, users, keys, sessions. Secrets stand here as hashes only, but for those of the installation itself.
CREATE TABLE organization (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    settings TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE user (
    id TEXT PRIMARY KEY,
    org INTEGER NOT NULL REFERENCES organization,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    token_version INTEGER NOT NULL,
    revised_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_login_at INTEGER
) STRICT;

CREATE INDEX user_of_org ON user (org, email);
CREATE INDEX user_revised ON user (revised_at);

CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES user,
    org INTEGER NOT NULL REFERENCES organization,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL UNIQUE,
    secret_hash BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;

CREATE INDEX api_key_of_user ON api_key (user, created_at);
CREATE INDEX api_key_of_org ON api_key (org, created_at);

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES user,
    kind TEXT NOT NULL,
    key TEXT REFERENCES api_key,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX session_of_user ON session (user, kind, created_at);
CREATE INDEX session_end ON session (expires_at);

-- What keyed hashes and registry tokens are made with.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
