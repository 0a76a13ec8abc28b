-- Times are whole seconds since 1970 unless said otherwise, ids are 16 bytes.
CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    issuer TEXT,                           -- claim iss, fixed with the first token
    audience TEXT,                         -- claim aud, fixed with the first token
    cursor_key BLOB NOT NULL               -- binds paging cursors to their list; 32 bytes
) STRICT;
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,                 -- what it is
    sealed BLOB NOT NULL                   -- encrypted under the master key
) STRICT;
CREATE TABLE event_head (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- one row; whoever writes locks it first
    epoch BLOB NOT NULL,                   -- which life of the log; 16 bytes
    seq INTEGER NOT NULL CHECK (seq >= 0), -- the last event
    digest BLOB NOT NULL,                  -- its digest
    sealed_through INTEGER NOT NULL        -- all events up to this one have a MAC
) STRICT;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY CHECK (seq > 0), -- number, without gaps, in commit order
    at INTEGER NOT NULL,                   -- microseconds since 1970
    actor_kind TEXT NOT NULL,              -- person, token, command line, system
    actor_id BLOB,                         -- of a person or token
    actor_name TEXT NOT NULL,              -- as it was then
    kind TEXT NOT NULL,                    -- what happened
    subject_kind TEXT NOT NULL,            -- to what kind of thing
    subject_id TEXT NOT NULL,              -- to which; empty for the installation
    subject_name TEXT NOT NULL,            -- its name then
    details TEXT NOT NULL,                 -- fields before and after, JSON
    touches TEXT NOT NULL,                 -- what guards must forget, JSON
    origin_address TEXT,                   -- client address
    origin_request BLOB,                   -- request id
    message_folded TEXT NOT NULL,          -- the sentence for people, as it is searched
    digest BLOB NOT NULL,                  -- link to the event before
    mac BLOB                               -- under the chain key; none until a node with the master key seals it
) STRICT;
CREATE INDEX events_subject ON events (subject_kind, subject_id, seq);
CREATE TABLE keys (
    kid TEXT PRIMARY KEY,                  -- name in JWT headers
    algorithm TEXT NOT NULL CHECK (algorithm IN ('EdDSA', 'ES256', 'RS256')),
    state TEXT NOT NULL CHECK (state IN ('next', 'signing', 'retired', 'withdrawn')),
    public_key BLOB NOT NULL,              -- raw point, uncompressed point, or PKCS#1
    sealed_private BLOB NOT NULL,          -- encrypted under the master key
    created_at INTEGER NOT NULL            -- when it was made or imported
) STRICT;
CREATE UNIQUE INDEX keys_one_signs ON keys (state) WHERE state = 'signing';
CREATE TABLE roles (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL,                    -- as people wrote it
    name_folded TEXT NOT NULL UNIQUE,      -- as it is compared and sorted
    description TEXT NOT NULL,             -- what it is for
    version INTEGER NOT NULL CHECK (version > 0) -- counts saves
) STRICT;
CREATE TABLE role_rules (
    role_id BLOB NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,             -- order people gave
    rule TEXT NOT NULL,                    -- `allow pattern` or `deny pattern`
    PRIMARY KEY (role_id, position)
) STRICT;
CREATE TABLE tokens (
    id BLOB PRIMARY KEY CHECK (length(id) = 16), -- claim sub
    name TEXT NOT NULL,                    -- as people wrote it
    name_folded TEXT NOT NULL,             -- as it is searched
    description TEXT NOT NULL,             -- what it is for
    expires_at INTEGER,                    -- refused from this second on
    allowed_networks TEXT,                 -- CIDR, joined with commas; none for no restriction
    created_at INTEGER NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id BLOB,
    created_by_name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0), -- counts saves
    revoked_at INTEGER,                    -- ended for good
    revoked_by_kind TEXT,
    revoked_by_id BLOB,
    revoked_by_name TEXT,
    revoked_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revoked_by_kind IS NULL))
) STRICT;
CREATE TABLE token_roles (
    token_id BLOB NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    role_id BLOB NOT NULL REFERENCES roles (id),
    PRIMARY KEY (token_id, role_id)
) STRICT;
CREATE INDEX token_roles_role ON token_roles (role_id, token_id);
CREATE TABLE credentials (
    jti BLOB PRIMARY KEY CHECK (length(jti) = 16), -- claim jti
    token_id BLOB NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number > 0), -- order in which the token got them
    kid TEXT NOT NULL REFERENCES keys (kid), -- the key that signs it
    issued_at INTEGER NOT NULL,            -- claim iat
    expires_at INTEGER,                    -- claim exp
    encoding INTEGER NOT NULL,             -- how it is written
    ends_kind TEXT NOT NULL CHECK (ends_kind IN ('never', 'at', 'first-use')),
    ends_at INTEGER,                       -- latest moment
    used_at INTEGER                        -- first use of a later text
) STRICT;
CREATE UNIQUE INDEX credentials_token ON credentials (token_id, number);

-- Revocation is final.
CREATE TRIGGER tokens_final BEFORE UPDATE ON tokens
WHEN OLD.revoked_at IS NOT NULL AND (NEW.revoked_at IS NOT OLD.revoked_at OR NEW.id IS NOT OLD.id
    OR NEW.revoked_by_kind IS NOT OLD.revoked_by_kind OR NEW.revoked_by_id IS NOT OLD.revoked_by_id
    OR NEW.revoked_by_name IS NOT OLD.revoked_by_name OR NEW.revoked_reason IS NOT OLD.revoked_reason)
BEGIN SELECT RAISE(ABORT, 'a revoked token stays revoked'); END;
CREATE TRIGGER tokens_return BEFORE INSERT ON tokens
WHEN EXISTS (SELECT 1 FROM tokens WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM events WHERE subject_kind = 'token' AND kind = 'token.deleted'
        AND subject_id = lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4)
            || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21)))
BEGIN SELECT RAISE(ABORT, 'a token id never returns'); END;
CREATE TRIGGER tokens_delete BEFORE DELETE ON tokens WHEN OLD.revoked_at IS NULL
BEGIN SELECT RAISE(ABORT, 'a token is revoked before it is deleted'); END;
CREATE TRIGGER credentials_fixed BEFORE UPDATE ON credentials
WHEN NEW.jti IS NOT OLD.jti OR NEW.token_id IS NOT OLD.token_id OR NEW.kid IS NOT OLD.kid
    OR NEW.number IS NOT OLD.number OR (OLD.used_at IS NOT NULL AND NEW.used_at IS NOT OLD.used_at)
    OR (OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at))
    OR NEW.issued_at IS NOT OLD.issued_at OR NEW.expires_at IS NOT OLD.expires_at OR NEW.encoding IS NOT OLD.encoding
BEGIN SELECT RAISE(ABORT, 'what is signed does not change, and no end of a text is put off'); END;
CREATE TRIGGER credentials_return BEFORE INSERT ON credentials
WHEN EXISTS (SELECT 1 FROM credentials WHERE jti = NEW.jti)
BEGIN SELECT RAISE(ABORT, 'a credential id never returns'); END;
CREATE TRIGGER keys_final BEFORE UPDATE ON keys WHEN OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn'
BEGIN SELECT RAISE(ABORT, 'a withdrawn key stays withdrawn'); END;
CREATE TRIGGER events_fixed BEFORE UPDATE ON events
WHEN OLD.mac IS NOT NULL OR NEW.mac IS NULL OR NEW.seq IS NOT OLD.seq OR NEW.digest IS NOT OLD.digest
BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
