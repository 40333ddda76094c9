-- The mail that says what was noted of an answer on the customer's page: one for each, sent at most once.

CREATE TABLE receipt (
    answer BIGINT PRIMARY KEY REFERENCES page_answer,
    company BIGINT NOT NULL REFERENCES company,
    account BIGINT NOT NULL REFERENCES account,
    address TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    -- What was agreed at once: payment by a day, or instalments.
    until DATE,
    plan BIGINT REFERENCES plan,
    -- As that of a notice.
    state TEXT COLLATE "C" NOT NULL,
    -- The instant from which it may be sent; NULL when never again.
    due_at TIMESTAMPTZ,
    -- Who is sending it.
    worker BIGINT,
    reply TEXT COLLATE "C",
    closed_at TIMESTAMPTZ
);
CREATE INDEX receipt_account ON receipt (account);
CREATE INDEX receipt_due ON receipt (company, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX receipt_sending ON receipt (company, worker) WHERE state = 'sending';
CREATE INDEX receipt_token ON receipt (company, token);
