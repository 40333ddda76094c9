-- Notices as the console lists them, and who took a file.

CREATE INDEX notice_closed ON notice (company, state, id) WHERE state IN ('sent', 'withdrawn');
DROP INDEX notice_open;
CREATE INDEX notice_open ON notice (company, state, id) WHERE state NOT IN ('sent', 'withdrawn');

-- Who took the file; NULL for those of before.
ALTER TABLE batch ADD COLUMN author TEXT COLLATE "C";
