-- People, their roles and sessions, and the code of the first person.
CREATE TABLE users (
    id BYTEA PRIMARY KEY CHECK (length(id) = 16),
    username TEXT NOT NULL,                -- as people wrote it
    username_folded TEXT COLLATE "C" NOT NULL UNIQUE, -- as it is compared and sorted
    display_name TEXT NOT NULL,            -- what others call them; may be empty
    display_folded TEXT COLLATE "C" NOT NULL, -- as it is searched
    password_hash TEXT CHECK (password_hash LIKE '$argon2id$%'), -- PHC form; none signs nobody in
    enabled BIGINT NOT NULL CHECK (enabled IN (0, 1)), -- whether they may sign in
    created_at BIGINT NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id BYTEA,
    created_by_name TEXT NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0) -- counts saves
);
CREATE TABLE user_roles (
    user_id BYTEA NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id BYTEA NOT NULL REFERENCES roles (id),
    PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_role ON user_roles (role_id, user_id);
CREATE TABLE sessions (
    digest BYTEA PRIMARY KEY CHECK (length(digest) = 32), -- SHA-256 of what the cookie holds
    user_id BYTEA NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,            -- when they signed in
    seen_at BIGINT NOT NULL,               -- last use, behind by a minute at most
    expires_at BIGINT NOT NULL,            -- refused from this second on
    address TEXT                           -- where they signed in from
);
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE TABLE setup (
    id BIGINT PRIMARY KEY CHECK (id = 1),  -- one row, and only while nobody has an account
    digest BYTEA NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the code
    expires_at BIGINT NOT NULL             -- refused from this second on
);

-- Which tokens somebody made.
CREATE INDEX tokens_maker ON tokens (created_by_id, id) WHERE created_by_id IS NOT NULL;

-- Whoever was deleted does not come back, and nobody takes their id.
CREATE FUNCTION refuse_person_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM events WHERE subject_kind = 'user' AND kind = 'user.deleted'
        AND subject_id = encode(NEW.id, 'hex')::uuid::text) THEN
        RAISE EXCEPTION 'an id of a person never returns';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER users_return BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION refuse_person_return();
CREATE TRIGGER users_fixed BEFORE UPDATE ON users FOR EACH ROW
WHEN (NEW.id IS DISTINCT FROM OLD.id OR NEW.version IS DISTINCT FROM OLD.version + 1)
EXECUTE FUNCTION refuse('a save of a person counts one version on');
-- No session of somebody who may not sign in, and none that lasts longer than it was made for.
CREATE FUNCTION refuse_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND enabled = 1 AND password_hash IS NOT NULL) THEN
        RAISE EXCEPTION 'only somebody who may sign in has a session';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sessions_enabled BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION refuse_session();
CREATE TRIGGER sessions_fixed BEFORE UPDATE ON sessions FOR EACH ROW
WHEN ((NEW.digest, NEW.user_id, NEW.created_at, NEW.expires_at, NEW.address)
    IS DISTINCT FROM (OLD.digest, OLD.user_id, OLD.created_at, OLD.expires_at, OLD.address)
    OR NEW.seen_at < OLD.seen_at)
EXECUTE FUNCTION refuse('a session is only used, never changed');
CREATE FUNCTION end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM sessions WHERE user_id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER users_disabled AFTER UPDATE ON users FOR EACH ROW
WHEN (NEW.enabled = 0 OR NEW.password_hash IS DISTINCT FROM OLD.password_hash)
EXECUTE FUNCTION end_sessions();
CREATE FUNCTION refuse_setup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM users) THEN
        RAISE EXCEPTION 'somebody has an account already';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER setup_first BEFORE INSERT ON setup FOR EACH ROW EXECUTE FUNCTION refuse_setup();
CREATE FUNCTION end_setup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN DELETE FROM setup; RETURN NULL; END $$;
CREATE TRIGGER setup_done AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION end_setup();
