-- The mail that says what was noted of an answer on the customer's page: one for each, sent at most once.

CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    answer INTEGER NOT NULL UNIQUE REFERENCES page_answer,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    address TEXT NOT NULL,
    token TEXT NOT NULL,
    -- What was agreed at once: payment by a day, or instalments.
    until TEXT,
    plan INTEGER REFERENCES plan,
    -- As that of a notice.
    state TEXT NOT NULL,
    -- The instant from which it may be sent; NULL when never again.
    due_at TEXT,
    -- Who is sending it.
    worker INTEGER,
    reply TEXT,
    closed_at TEXT
) STRICT;
CREATE INDEX receipt_account ON receipt (account);
CREATE INDEX receipt_due ON receipt (company, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX receipt_sending ON receipt (company, worker) WHERE state = 'sending';
CREATE INDEX receipt_token ON receipt (company, token);
