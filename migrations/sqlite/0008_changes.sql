-- What finance changes in the console: why a version was published, wording, and changes that wait.

-- Given for what a person published; a version that came with a file has none.
ALTER TABLE policy_version ADD COLUMN reason TEXT;

CREATE TABLE wording_version (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    -- The locale.
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT,
    recorded_at TEXT NOT NULL,
    UNIQUE (company, name, version)
) STRICT;

CREATE TABLE change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company INTEGER NOT NULL REFERENCES company,
    -- policy, wording
    matter TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The text that was changed, and what it was changed to.
    base TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    -- draft, waiting, published, declined, withdrawn
    state TEXT NOT NULL,
    reason TEXT,
    -- When a second person was asked.
    proposed_at TEXT,
    decided_at TEXT,
    decided_by TEXT,
    decided_why TEXT,
    -- What it became.
    version INTEGER
) STRICT;
CREATE INDEX change_state ON change (company, state);
