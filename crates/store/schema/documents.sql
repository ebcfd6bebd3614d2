-- Documents by the digest of their bytes: reports, manifests. Never changed.
CREATE TABLE document (
    digest TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;
