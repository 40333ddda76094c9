-- Notices as the console lists them, who took a file, and accounts elsewhere by which people sign in.

CREATE INDEX notice_closed ON notice (company, state, id) WHERE state IN ('sent', 'withdrawn');
DROP INDEX notice_open;
CREATE INDEX notice_open ON notice (company, state, id) WHERE state NOT IN ('sent', 'withdrawn');

-- Who took the file; NULL for those of before.
ALTER TABLE batch ADD COLUMN author TEXT COLLATE "C";

-- Issuer and subject of the account by which a person signs in, with a blank between them.
ALTER TABLE person ADD COLUMN subject TEXT COLLATE "C";
CREATE UNIQUE INDEX person_subject ON person (company, subject) WHERE subject IS NOT NULL;
