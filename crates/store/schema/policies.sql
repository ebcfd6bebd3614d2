-- Versions of policies. What was judged under one has to be told for ever, so none is changed or taken away.
CREATE TABLE policy (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at INTEGER,
    author TEXT NOT NULL,
    comment TEXT NOT NULL,
    PRIMARY KEY (name, number)
) STRICT;

CREATE TRIGGER policy_is_kept BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'policies are never deleted'); END;
CREATE TRIGGER policy_stands BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ABORT, 'policies are never changed'); END;
