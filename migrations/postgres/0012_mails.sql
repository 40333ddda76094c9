-- Mails of the last days, for those that wait for a person.

CREATE INDEX incoming_recorded ON incoming (company, recorded_at);
