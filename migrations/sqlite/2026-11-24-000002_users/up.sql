-- People, their roles and sessions, and the code of the first person.
CREATE TABLE users (
    id BLOB PRIMARY KEY CHECK (length(id) = 16),
    username TEXT NOT NULL,                -- as people wrote it
    username_folded TEXT NOT NULL UNIQUE,  -- as it is compared and sorted
    display_name TEXT NOT NULL,            -- what others call them; may be empty
    display_folded TEXT NOT NULL,          -- as it is searched
    password_hash TEXT CHECK (password_hash LIKE '$argon2id$%'), -- PHC form; none signs nobody in
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)), -- whether they may sign in
    created_at INTEGER NOT NULL,
    created_by_kind TEXT NOT NULL,
    created_by_id BLOB,
    created_by_name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0) -- counts saves
) STRICT;
CREATE TABLE user_roles (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id BLOB NOT NULL REFERENCES roles (id),
    PRIMARY KEY (user_id, role_id)
) STRICT;
CREATE INDEX user_roles_role ON user_roles (role_id, user_id);
CREATE TABLE sessions (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), -- SHA-256 of what the cookie holds
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,           -- when they signed in
    seen_at INTEGER NOT NULL,              -- last use, behind by a minute at most
    expires_at INTEGER NOT NULL,           -- refused from this second on
    address TEXT                           -- where they signed in from
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, created_at);
CREATE TABLE setup (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- one row, and only while nobody has an account
    digest BLOB NOT NULL CHECK (length(digest) = 32), -- SHA-256 of the code
    expires_at INTEGER NOT NULL            -- refused from this second on
) STRICT;

-- Which tokens somebody made.
CREATE INDEX tokens_maker ON tokens (created_by_id, id) WHERE created_by_id IS NOT NULL;

-- Whoever was deleted does not come back, and nobody takes their id.
CREATE TRIGGER users_return BEFORE INSERT ON users
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM events WHERE subject_kind = 'user' AND kind = 'user.deleted'
        AND subject_id = lower(substr(hex(NEW.id), 1, 8) || '-' || substr(hex(NEW.id), 9, 4) || '-' || substr(hex(NEW.id), 13, 4)
            || '-' || substr(hex(NEW.id), 17, 4) || '-' || substr(hex(NEW.id), 21)))
BEGIN SELECT RAISE(ABORT, 'an id of a person never returns'); END;
CREATE TRIGGER users_fixed BEFORE UPDATE ON users
WHEN NEW.id IS NOT OLD.id OR NEW.version IS NOT OLD.version + 1
BEGIN SELECT RAISE(ABORT, 'a save of a person counts one version on'); END;
-- No session of somebody who may not sign in, and none that lasts longer than it was made for.
CREATE TRIGGER sessions_enabled BEFORE INSERT ON sessions
WHEN EXISTS (SELECT 1 FROM sessions WHERE digest = NEW.digest)
    OR NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id AND enabled = 1 AND password_hash IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'only somebody who may sign in has a session'); END;
CREATE TRIGGER sessions_fixed BEFORE UPDATE ON sessions
WHEN NEW.digest IS NOT OLD.digest OR NEW.user_id IS NOT OLD.user_id OR NEW.created_at IS NOT OLD.created_at
    OR NEW.expires_at IS NOT OLD.expires_at OR NEW.address IS NOT OLD.address OR NEW.seen_at < OLD.seen_at
BEGIN SELECT RAISE(ABORT, 'a session is only used, never changed'); END;
CREATE TRIGGER users_disabled AFTER UPDATE OF enabled, password_hash ON users
WHEN NEW.enabled = 0 OR NEW.password_hash IS NOT OLD.password_hash
BEGIN DELETE FROM sessions WHERE user_id = NEW.id; END;
CREATE TRIGGER setup_first BEFORE INSERT ON setup WHEN EXISTS (SELECT 1 FROM users)
BEGIN SELECT RAISE(ABORT, 'somebody has an account already'); END;
CREATE TRIGGER setup_done AFTER INSERT ON users BEGIN DELETE FROM setup; END;
