-- Cases until they are followed up, the customer's word, and what comes back by mail.

-- The kind as a person sees it, when it is not the one it was opened as.
ALTER TABLE cases ADD COLUMN judged TEXT;
-- Why, in a code of duly.
ALTER TABLE cases ADD COLUMN reason TEXT;
-- Kept values: each is what the last event that speaks of it says.
ALTER TABLE cases ADD COLUMN owner TEXT;
ALTER TABLE cases ADD COLUMN respond_by TEXT;
ALTER TABLE cases ADD COLUMN resolve_by TEXT;
ALTER TABLE cases ADD COLUMN follow_up_on TEXT;
CREATE INDEX cases_open ON cases (company, status) WHERE status NOT IN ('closed', 'dismissed');

-- What a case is about; the whole account when it has no row.
CREATE TABLE case_item (
    case_id INTEGER NOT NULL REFERENCES cases,
    invoice TEXT NOT NULL,
    -- Only so much of it.
    currency TEXT,
    amount INTEGER,
    PRIMARY KEY (case_id, invoice)
) STRICT, WITHOUT ROWID;
INSERT INTO case_item (case_id, invoice) SELECT DISTINCT case_id, invoice FROM case_evidence;

-- Whether it speaks for or against, and how much: log-odds with two decimals, as text.
ALTER TABLE case_evidence ADD COLUMN side TEXT NOT NULL DEFAULT 'protest';
ALTER TABLE case_evidence ADD COLUMN weight TEXT NOT NULL DEFAULT '0';

-- What was done: a verdict, a note, the customer's words …; `status` is the one afterwards.
ALTER TABLE case_event ADD COLUMN step TEXT NOT NULL DEFAULT 'judged';
ALTER TABLE case_event ADD COLUMN kind TEXT;
ALTER TABLE case_event ADD COLUMN reason TEXT;
ALTER TABLE case_event ADD COLUMN outcome TEXT;
-- Who has it from now on, or who approved.
ALTER TABLE case_event ADD COLUMN person TEXT;
-- The day that it names, like that of the follow-up.
ALTER TABLE case_event ADD COLUMN day TEXT;

-- Credits that a resolution agreed to.
CREATE TABLE case_credit (
    case_event INTEGER NOT NULL REFERENCES case_event,
    invoice TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (case_event, invoice)
) STRICT, WITHOUT ROWID;

-- The customer's word to pay.
CREATE TABLE promise (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    case_id INTEGER REFERENCES cases,
    invoice TEXT,
    currency TEXT,
    amount INTEGER,
    made TEXT NOT NULL,
    until TEXT NOT NULL,
    note TEXT,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    ended TEXT,
    ended_by TEXT,
    ended_at TEXT
) STRICT;
CREATE INDEX promise_account ON promise (account);

-- Instalments that were agreed.
CREATE TABLE plan (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    case_id INTEGER REFERENCES cases,
    -- Numbers, like those of a payment.
    invoices TEXT NOT NULL,
    currency TEXT NOT NULL,
    agreed TEXT NOT NULL,
    note TEXT,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    ended TEXT,
    ended_by TEXT,
    ended_at TEXT
) STRICT;
CREATE INDEX plan_account ON plan (account);

CREATE TABLE plan_part (
    plan INTEGER NOT NULL REFERENCES plan,
    due TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (plan, due)
) STRICT, WITHOUT ROWID;

-- What was agreed or asked for on an account, beyond its policy.
CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    account INTEGER NOT NULL REFERENCES account,
    kind TEXT NOT NULL,
    starts TEXT NOT NULL,
    until TEXT,
    note TEXT NOT NULL,
    author TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    ended TEXT,
    ended_by TEXT,
    ended_at TEXT
) STRICT;
CREATE INDEX term_account ON term (account);

-- Mails that came in, each taken once: by its place in the mailbox, and by its Message-ID.
CREATE TABLE incoming (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    mailbox TEXT NOT NULL,
    -- UIDVALIDITY and UID of IMAP, or the name of a file.
    place TEXT NOT NULL,
    message_id TEXT,
    kind TEXT NOT NULL,
    account INTEGER REFERENCES account,
    notice INTEGER REFERENCES notice,
    case_id INTEGER REFERENCES cases,
    -- What was made of it, for a person.
    made TEXT NOT NULL,
    sender TEXT,
    subject TEXT,
    dated TEXT,
    -- What the sender wrote, without quotes if anything else is there.
    words TEXT,
    recorded_at TEXT NOT NULL,
    -- A person has read it.
    done_by TEXT,
    done_at TEXT,
    done_why TEXT,
    UNIQUE (company, mailbox, place)
) STRICT;
CREATE INDEX incoming_message ON incoming (company, message_id);
CREATE INDEX incoming_account ON incoming (account);

-- When a notice that was sent came back for good: it never arrived, and its stages are free again.
ALTER TABLE notice ADD COLUMN bounced_at TEXT;

-- Letters of cases, each as it leaves; by the token a bounce and an answer find their case.
CREATE TABLE letter (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    case_id INTEGER NOT NULL REFERENCES cases,
    token TEXT NOT NULL,
    address TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX letter_token ON letter (company, token);

-- The product, service or site that an invoice bills.
ALTER TABLE invoice ADD COLUMN product TEXT;
CREATE INDEX invoice_product ON invoice (company, product, due, account, settled_on)
    WHERE product IS NOT NULL AND superseded_by IS NULL;

-- Products whose accounts were late together when a sweep began; `month` is the first day of that of the due dates.
CREATE TABLE sweep_cohort (
    sweep INTEGER NOT NULL REFERENCES sweep,
    product TEXT NOT NULL,
    month TEXT NOT NULL,
    accounts INTEGER NOT NULL,
    late INTEGER NOT NULL,
    invoices_before INTEGER NOT NULL,
    late_before INTEGER NOT NULL,
    PRIMARY KEY (sweep, product, month)
) STRICT, WITHOUT ROWID;
