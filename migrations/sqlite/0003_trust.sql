-- Several replicas, and what proves that nothing was lost or changed.

-- A process that sweeps or sends. Whatever it claims (pages of notices, slots) is its own as long
-- as this row is there; a row of whom nothing was heard for long is removed, and what it had
-- claimed is free. Ids are never used again, so a replica that wakes up late finds its claims void.
CREATE TABLE worker (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    company INTEGER NOT NULL REFERENCES company,
    name TEXT NOT NULL,
    started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT;

-- The worker that may send it.
ALTER TABLE notice ADD COLUMN claim INTEGER;
-- Attempts that were refused for our settings, since a person last resumed sending.
ALTER TABLE notice ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;
-- The row of the audit chain that seals it, once it was sent.
ALTER TABLE notice ADD COLUMN seal INTEGER;
CREATE INDEX notice_unsealed ON notice (company) WHERE state = 'sent' AND seal IS NULL;

-- The accounts of a sweep, page by page. Whoever plans a page holds its row until the decisions
-- are committed. A page that is planned says when, and what was known then.
CREATE TABLE sweep_page (
    sweep INTEGER NOT NULL REFERENCES sweep,
    position INTEGER NOT NULL,
    -- Ids with a blank between them.
    accounts TEXT NOT NULL,
    planned_at TEXT,
    batch INTEGER,
    notices INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    -- How many accounts are held by each reason, like `promise=3 no_contact=1`.
    reasons TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (sweep, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX sweep_page_open ON sweep_page (sweep, position) WHERE planned_at IS NULL;
-- The worker that began it.
ALTER TABLE sweep ADD COLUMN worker INTEGER;
-- The sweep that opened it.
ALTER TABLE cases ADD COLUMN sweep INTEGER REFERENCES sweep;

-- Nothing of a company is sent until a person has looked and resumed.
CREATE TABLE halt (
    company INTEGER PRIMARY KEY REFERENCES company,
    -- `relay`: its settings are refused; `restored`: an older state of the database came back;
    -- `moved`: another database goes on from here.
    kind TEXT NOT NULL,
    why TEXT NOT NULL,
    since TEXT NOT NULL
) STRICT;

-- What happened, each row with the hash of the one before.
CREATE TABLE audit (
    company INTEGER NOT NULL REFERENCES company,
    position INTEGER NOT NULL,
    at TEXT NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (company, position)
) STRICT, WITHOUT ROWID;

-- A slot is claimed by a worker; a claim has no hour any more.
ALTER TABLE slot RENAME TO slot_before;
CREATE TABLE slot (
    company INTEGER NOT NULL REFERENCES company,
    schedule TEXT NOT NULL,
    at TEXT NOT NULL,
    holder INTEGER NOT NULL,
    done_at TEXT,
    note TEXT,
    PRIMARY KEY (company, schedule, at)
) STRICT;
INSERT INTO slot SELECT company, schedule, at, 0, done_at, note FROM slot_before;
DROP TABLE slot_before;
