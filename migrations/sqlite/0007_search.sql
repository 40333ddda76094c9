-- What the console asks for on each page.

-- Notices whose letter could not be written.
CREATE INDEX notice_unwritten ON notice (company, id) WHERE state = 'ready' AND reply IS NOT NULL;
