-- Addresses that people add: files do not take them away.

CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    email TEXT NOT NULL,
    note TEXT NOT NULL,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    ended TEXT,
    ended_by TEXT,
    ended_at TEXT
) STRICT;
CREATE INDEX contact_account ON contact (account);
