-- Organizations, users, keys, sessions.
CREATE TABLE organization (
    id INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;
