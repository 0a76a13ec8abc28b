-- Requests that made a text, remembered for a day: repeated, they make nothing.
CREATE TABLE requests (
    scope BLOB PRIMARY KEY CHECK (length(scope) = 32), -- MAC of caller, route and Idempotency-Key
    body BLOB NOT NULL CHECK (length(body) = 32), -- MAC of what was asked for
    token_id BLOB NOT NULL CHECK (length(token_id) = 16), -- the token; it may be gone
    jti BLOB NOT NULL CHECK (length(jti) = 16), -- the text that was made
    done_at INTEGER NOT NULL               -- forgotten a day later
) STRICT;
CREATE INDEX requests_done ON requests (done_at);
CREATE TRIGGER requests_fixed BEFORE UPDATE ON requests
BEGIN SELECT RAISE(ABORT, 'what is remembered of a request does not change'); END;
