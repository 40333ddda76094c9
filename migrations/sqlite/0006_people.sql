-- People who sign in to the console. Secrets are kept as hashes only.

CREATE TABLE person (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    name TEXT NOT NULL,
    -- The name in small letters with single blanks: nobody is there twice.
    plain TEXT NOT NULL,
    roles TEXT NOT NULL,
    -- argon2id, as a PHC string.
    password TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    disabled_at TEXT,
    UNIQUE (company, plain)
) STRICT;

CREATE TABLE invitation (
    -- SHA-256 of the token in the link.
    hash TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    until TEXT NOT NULL
) STRICT;
CREATE INDEX invitation_person ON invitation (person);

CREATE TABLE session (
    -- SHA-256 of the cookie.
    hash TEXT PRIMARY KEY,
    person INTEGER NOT NULL REFERENCES person,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person);
