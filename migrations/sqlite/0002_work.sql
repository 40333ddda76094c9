-- What duly decided and did.

CREATE TABLE policy_version (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    UNIQUE (company, name, version)
) STRICT;

CREATE TABLE hold (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    invoice TEXT,
    currency TEXT,
    amount INTEGER,
    reason TEXT NOT NULL,
    starts TEXT NOT NULL,
    until TEXT,
    note TEXT,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    ended TEXT,
    ended_by TEXT,
    ended_at TEXT
) STRICT;
CREATE INDEX hold_account ON hold (account);

CREATE TABLE cases (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    opened TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX cases_account ON cases (account);

CREATE TABLE case_evidence (
    case_id INTEGER NOT NULL REFERENCES cases,
    invoice TEXT NOT NULL,
    key TEXT NOT NULL,
    decisive INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (case_id, invoice, key)
) STRICT;

-- Every move of a case, appended.
CREATE TABLE case_event (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases,
    status TEXT NOT NULL,
    author TEXT NOT NULL,
    why TEXT NOT NULL,
    effective TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX case_event_case ON case_event (case_id);

CREATE TABLE sweep (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    as_of TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    notices INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    -- Why the whole sweep waits for a person; NULL when it does not.
    held_back TEXT,
    released_by TEXT,
    released_at TEXT
) STRICT;
CREATE INDEX sweep_company ON sweep (company, id);

CREATE TABLE decision (
    sweep INTEGER NOT NULL REFERENCES sweep,
    account INTEGER NOT NULL REFERENCES account,
    currency TEXT NOT NULL,
    outcome TEXT NOT NULL,
    stage TEXT NOT NULL,
    reasons TEXT NOT NULL,
    overdue_total INTEGER NOT NULL,
    credits INTEGER NOT NULL,
    policy TEXT NOT NULL,
    PRIMARY KEY (sweep, account, currency)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_account ON decision (account, currency, sweep);

CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    sweep INTEGER NOT NULL REFERENCES sweep,
    as_of TEXT NOT NULL,
    currency TEXT NOT NULL,
    stage TEXT NOT NULL,
    letter TEXT NOT NULL,
    policy TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    overdue_total INTEGER NOT NULL,
    credits INTEGER NOT NULL,
    offer_percent TEXT,
    offer_pay INTEGER,
    offer_discount INTEGER,
    offer_last_day TEXT,
    planned_at TEXT NOT NULL,
    -- The date of the mail: when its sending hours begin.
    dated_at TEXT NOT NULL,
    -- Payments are considered up to this day: the as-of date, or when payment data last came in.
    considered TEXT NOT NULL,
    state TEXT NOT NULL,
    -- The instant from which a worker may take it; NULL when none may.
    due_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    doubts INTEGER NOT NULL DEFAULT 0,
    -- Its stages are free again, since it was withdrawn or its address refused.
    void INTEGER NOT NULL DEFAULT 0,
    intent_at TEXT,
    sha256 TEXT,
    relay TEXT,
    reply TEXT,
    closed_at TEXT
) STRICT;
CREATE INDEX notice_account ON notice (account);
CREATE INDEX notice_as_of ON notice (company, as_of);
CREATE INDEX notice_due ON notice (company, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notice_open ON notice (company, state) WHERE state NOT IN ('sent', 'withdrawn');

CREATE TABLE notice_item (
    notice INTEGER NOT NULL REFERENCES notice,
    position INTEGER NOT NULL,
    company INTEGER NOT NULL,
    invoice TEXT NOT NULL,
    issued TEXT NOT NULL,
    due TEXT NOT NULL,
    days_overdue INTEGER NOT NULL,
    residual INTEGER NOT NULL,
    stage TEXT,
    stage_days INTEGER,
    document TEXT,
    void INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (notice, position)
) STRICT, WITHOUT ROWID;
-- The promise that nobody is reminded twice.
CREATE UNIQUE INDEX notice_item_once ON notice_item (company, invoice, stage) WHERE void = 0 AND stage IS NOT NULL;

CREATE TABLE refused_address (
    company INTEGER NOT NULL REFERENCES company,
    email TEXT NOT NULL,
    reply TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (company, email)
) STRICT;

-- One planned occurrence of a schedule.
CREATE TABLE slot (
    company INTEGER NOT NULL REFERENCES company,
    schedule TEXT NOT NULL,
    at TEXT NOT NULL,
    holder TEXT NOT NULL,
    until TEXT NOT NULL,
    done_at TEXT,
    note TEXT,
    PRIMARY KEY (company, schedule, at)
) STRICT;
