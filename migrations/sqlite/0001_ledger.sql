-- Facts of the ledger. A fact is a row with the batch that told it; a correction is a later row
-- with the same number, and the earlier one keeps the batch that superseded it. Only the two
-- kept values, superseded_by and settled_on, are ever updated. Amounts are minor units.

CREATE TABLE company (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE
) STRICT;

-- One taken file. Batches are numbered in the order of recording: what was known at an instant
-- is what came with the batches up to then.
CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    kind TEXT NOT NULL,
    file TEXT NOT NULL,
    -- The map that read it, and whether its files list only what is open.
    layout TEXT,
    tells_payments INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    added INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    known INTEGER NOT NULL DEFAULT 0
) STRICT;

-- revision grows with each fact, hold and case: the last look before sending compares it.
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    number TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    UNIQUE (company, number)
) STRICT;

CREATE TABLE account_fact (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account,
    batch INTEGER NOT NULL REFERENCES batch,
    superseded_by INTEGER REFERENCES batch,
    name TEXT NOT NULL,
    emails TEXT NOT NULL,
    locale TEXT,
    zone TEXT,
    country TEXT,
    policy TEXT,
    autopay INTEGER NOT NULL,
    contact_name TEXT,
    phone TEXT,
    UNIQUE (account, batch)
) STRICT;

CREATE TABLE invoice (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    number TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account,
    batch INTEGER NOT NULL REFERENCES batch,
    superseded_by INTEGER REFERENCES batch,
    issued TEXT NOT NULL,
    due TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    tax INTEGER,
    terms TEXT,
    delivered TEXT,
    document TEXT,
    note TEXT,
    settled_on TEXT,
    UNIQUE (company, number, batch)
) STRICT;
CREATE INDEX invoice_account ON invoice (account);
-- Who is due: cost follows what is overdue and open, not what is stored.
CREATE INDEX invoice_due ON invoice (company, due, account) WHERE superseded_by IS NULL AND settled_on IS NULL;
CREATE INDEX invoice_settled ON invoice (company, settled_on) WHERE settled_on IS NOT NULL;

CREATE TABLE payment (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    number TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account,
    batch INTEGER NOT NULL REFERENCES batch,
    superseded_by INTEGER REFERENCES batch,
    received TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    invoices TEXT NOT NULL,
    note TEXT,
    UNIQUE (company, number, batch)
) STRICT;
CREATE INDEX payment_account ON payment (account);

CREATE TABLE credit (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    number TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account,
    batch INTEGER NOT NULL REFERENCES batch,
    superseded_by INTEGER REFERENCES batch,
    date TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    invoice TEXT,
    reason TEXT,
    UNIQUE (company, number, batch)
) STRICT;
CREATE INDEX credit_account ON credit (account);

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    number TEXT NOT NULL,
    account INTEGER NOT NULL REFERENCES account,
    batch INTEGER NOT NULL REFERENCES batch,
    superseded_by INTEGER REFERENCES batch,
    date TEXT NOT NULL,
    kind TEXT NOT NULL,
    invoice TEXT,
    until TEXT,
    currency TEXT,
    amount INTEGER,
    note TEXT,
    UNIQUE (company, number, batch)
) STRICT;
CREATE INDEX event_account ON event (account);

-- What the books should take over: discounts granted, and those that fell away again.
CREATE TABLE adjustment (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    invoice TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    date TEXT NOT NULL,
    currency TEXT NOT NULL,
    gross INTEGER NOT NULL,
    tax INTEGER NOT NULL,
    notice INTEGER,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX adjustment_account ON adjustment (account);
