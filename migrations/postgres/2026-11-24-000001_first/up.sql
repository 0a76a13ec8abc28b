-- Times are whole seconds since 1970 unless said otherwise, ids are 16 bytes.
CREATE TABLE installation (
    id BIGINT PRIMARY KEY CHECK (id = 1), -- one row
    issuer TEXT,                           -- claim iss, fixed with the first token
    audience TEXT,                         -- claim aud, fixed with the first token
    cursor_key BYTEA NOT NULL               -- binds paging cursors to their list; 32 bytes
);
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,                 -- what it is
    sealed BYTEA NOT NULL                   -- encrypted under the master key
);
CREATE TABLE event_head (
    id BIGINT PRIMARY KEY CHECK (id = 1), -- one row; whoever writes locks it first
    epoch BYTEA NOT NULL,                   -- which life of the log; 16 bytes
    seq BIGINT NOT NULL CHECK (seq >= 0), -- the last event
    digest BYTEA NOT NULL,                  -- its digest
    sealed_through BIGINT NOT NULL        -- all events up to this one have a MAC
);
CREATE TABLE events (
    seq BIGINT PRIMARY KEY CHECK (seq > 0), -- number, without gaps, in commit order
    at BIGINT NOT NULL,                   -- microseconds since 1970
    actor_kind TEXT NOT NULL,              -- person, token, command line, system
    actor_id BYTEA,                         -- of a person or token
    actor_name TEXT NOT NULL,              -- as it was then
    kind TEXT NOT NULL,                    -- what happened
    subject_kind TEXT NOT NULL,            -- to what kind of thing
    subject_id TEXT NOT NULL,              -- to which; empty for the installation
    subject_name TEXT NOT NULL,            -- its name then
    details TEXT NOT NULL,                 -- fields before and after, JSON
    touches TEXT NOT NULL,                 -- what guards must forget, JSON
    origin_address TEXT,                   -- client address
    origin_request BYTEA,                   -- request id
    message_folded TEXT NOT NULL,          -- the sentence for people, as it is searched
    digest BYTEA NOT NULL,                  -- link to the event before
    mac BYTEA                               -- under the chain key; none until a node with the master key seals it
);
CREATE INDEX events_subject ON events (subject_kind, subject_id, seq);
CREATE TABLE keys (
    kid TEXT PRIMARY KEY,                  -- name in JWT headers
    algorithm TEXT NOT NULL CHECK (algorithm IN ('EdDSA', 'ES256', 'RS256')),
    state TEXT NOT NULL CHECK (state IN ('next', 'signing', 'retired', 'withdrawn')),
    public_key BYTEA NOT NULL,              -- raw point, uncompressed point, or PKCS#1
    sealed_private BYTEA NOT NULL,          -- encrypted under the master key
    created_at BIGINT NOT NULL            -- when it was made or imported
);
CREATE UNIQUE INDEX keys_one_signs ON keys (state) WHERE state = 'signing';
CREATE TABLE roles (
    id BYTEA PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL,                    -- as people wrote it
    name_folded TEXT COLLATE "C" NOT NULL UNIQUE, -- as it is compared and sorted
    description TEXT NOT NULL,             -- what it is for
    version BIGINT NOT NULL CHECK (version > 0) -- counts saves
);
CREATE TABLE role_rules (
    role_id BYTEA NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,             -- order people gave
    rule TEXT NOT NULL,                    -- `allow pattern` or `deny pattern`
    PRIMARY KEY (role_id, position)
);
CREATE TABLE tokens (
    id BYTEA PRIMARY KEY CHECK (length(id) = 16), -- claim sub
    name TEXT NOT NULL,                    -- as people wrote it
    name_folded TEXT COLLATE "C" NOT NULL, -- as it is searched
    description TEXT NOT NULL,             -- what it is for
    expires_at BIGINT,                    -- refused from this second on
    allowed_networks TEXT,                 -- CIDR, joined with commas; none for no restriction
    created_at BIGINT NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id BYTEA,
    created_by_name TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0), -- counts saves
    revoked_at BIGINT,                    -- ended for good
    revoked_by_kind TEXT,
    revoked_by_id BYTEA,
    revoked_by_name TEXT,
    revoked_reason TEXT,
    CHECK ((revoked_at IS NULL) = (revoked_by_kind IS NULL))
);
CREATE TABLE token_roles (
    token_id BYTEA NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    role_id BYTEA NOT NULL REFERENCES roles (id),
    PRIMARY KEY (token_id, role_id)
);
CREATE INDEX token_roles_role ON token_roles (role_id, token_id);
CREATE TABLE credentials (
    jti BYTEA PRIMARY KEY CHECK (length(jti) = 16), -- claim jti
    token_id BYTEA NOT NULL REFERENCES tokens (id) ON DELETE CASCADE,
    number BIGINT NOT NULL CHECK (number > 0), -- order in which the token got them
    kid TEXT NOT NULL REFERENCES keys (kid), -- the key that signs it
    issued_at BIGINT NOT NULL,            -- claim iat
    expires_at BIGINT,                    -- claim exp
    encoding BIGINT NOT NULL,             -- how it is written
    ends_kind TEXT NOT NULL CHECK (ends_kind IN ('never', 'at', 'first-use')),
    ends_at BIGINT,                       -- latest moment
    used_at BIGINT                        -- first use of a later text
);
CREATE UNIQUE INDEX credentials_token ON credentials (token_id, number);

-- Revocation is final.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER tokens_final BEFORE UPDATE ON tokens FOR EACH ROW
WHEN (OLD.revoked_at IS NOT NULL AND (NEW.revoked_at, NEW.id, NEW.revoked_by_kind, NEW.revoked_by_id, NEW.revoked_by_name,
    NEW.revoked_reason) IS DISTINCT FROM (OLD.revoked_at, OLD.id, OLD.revoked_by_kind, OLD.revoked_by_id,
    OLD.revoked_by_name, OLD.revoked_reason))
EXECUTE FUNCTION refuse('a revoked token stays revoked');
CREATE FUNCTION refuse_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM events WHERE subject_kind = 'token' AND kind = 'token.deleted'
        AND subject_id = encode(NEW.id, 'hex')::uuid::text) THEN
        RAISE EXCEPTION 'a token id never returns';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tokens_return BEFORE INSERT ON tokens FOR EACH ROW EXECUTE FUNCTION refuse_return();
CREATE TRIGGER tokens_delete BEFORE DELETE ON tokens FOR EACH ROW WHEN (OLD.revoked_at IS NULL)
EXECUTE FUNCTION refuse('a token is revoked before it is deleted');
CREATE TRIGGER credentials_fixed BEFORE UPDATE ON credentials FOR EACH ROW
WHEN ((NEW.jti, NEW.token_id, NEW.number, NEW.kid, NEW.issued_at, NEW.expires_at, NEW.encoding)
    IS DISTINCT FROM (OLD.jti, OLD.token_id, OLD.number, OLD.kid, OLD.issued_at, OLD.expires_at, OLD.encoding)
    OR (OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at)
    OR (OLD.ends_at IS NOT NULL AND (NEW.ends_at IS NULL OR NEW.ends_at > OLD.ends_at)))
EXECUTE FUNCTION refuse('what is signed does not change, and no end of a text is put off');
CREATE TRIGGER keys_final BEFORE UPDATE ON keys FOR EACH ROW WHEN (OLD.state = 'withdrawn' AND NEW.state <> 'withdrawn')
EXECUTE FUNCTION refuse('a withdrawn key stays withdrawn');
CREATE TRIGGER events_fixed BEFORE UPDATE ON events FOR EACH ROW
WHEN (OLD.mac IS NOT NULL OR NEW.mac IS NULL OR NEW.seq <> OLD.seq OR NEW.digest <> OLD.digest)
EXECUTE FUNCTION refuse('the log is only added to');
CREATE TRIGGER events_kept BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse('the log is only added to');
