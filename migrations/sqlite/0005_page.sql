-- The customer's page of a notice, and what was answered there.

-- SHA-256 of the secret part of the link; the link itself stands in the mail alone.
ALTER TABLE notice ADD COLUMN page TEXT;
CREATE UNIQUE INDEX notice_page ON notice (page) WHERE page IS NOT NULL;

-- Answers that were taken. What followed from them stands in cases, promises and plans.
CREATE TABLE page_answer (
    id INTEGER PRIMARY KEY,
    company INTEGER NOT NULL REFERENCES company,
    notice INTEGER NOT NULL REFERENCES notice,
    -- A number of the form that was sent: the same form sent twice is one answer.
    form TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id INTEGER REFERENCES cases,
    recorded_at TEXT NOT NULL,
    UNIQUE (notice, form)
) STRICT;
