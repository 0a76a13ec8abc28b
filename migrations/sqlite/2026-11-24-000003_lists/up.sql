-- Lists in every order they are offered in, and names found by any piece of them.
ALTER TABLE tokens ADD COLUMN ends INTEGER GENERATED ALWAYS AS (coalesce(expires_at, 9223372036854775807)) VIRTUAL; -- a token without an end sorts behind all others
-- Behind their orders these hold everything that filters look at, so that a walk along them reads nothing else.
CREATE INDEX tokens_name ON tokens (name_folded, id, ends, revoked_at, created_by_kind, created_by_id);
CREATE INDEX tokens_ends ON tokens (ends, id, name_folded, revoked_at, created_by_kind, created_by_id);
CREATE INDEX tokens_creator ON tokens (created_by_id, id);
CREATE INDEX tokens_revoked ON tokens (id) WHERE revoked_at IS NOT NULL;

-- Every run of three characters of a name. What separates words counts as two blanks, and so does the beginning of the
-- name, so that the first one or two letters of every word are among them.
CREATE TABLE token_numbers (
    number INTEGER PRIMARY KEY,            -- stands for the token in token_names; nowhere else
    token_id BLOB NOT NULL UNIQUE
) STRICT;
CREATE VIRTUAL TABLE token_names USING fts5(text, content='', detail='none', tokenize='trigram case_sensitive 1');
INSERT INTO token_numbers (token_id) SELECT id FROM tokens ORDER BY id;
INSERT INTO token_names (rowid, text)
SELECT number, '  ' || replace(replace(replace(replace(replace(replace(replace(name_folded, '-', ' '), '_', ' '), '.', ' '), '/', ' '), ':', ' '), '@', ' '), ' ', '  ')
FROM token_numbers JOIN tokens ON tokens.id = token_id;
CREATE TRIGGER tokens_named AFTER INSERT ON tokens BEGIN
    INSERT INTO token_numbers (token_id) VALUES (NEW.id);
    INSERT INTO token_names (rowid, text)
    SELECT number, '  ' || replace(replace(replace(replace(replace(replace(replace(NEW.name_folded, '-', ' '), '_', ' '), '.', ' '), '/', ' '), ':', ' '), '@', ' '), ' ', '  ')
    FROM token_numbers WHERE token_id = NEW.id;
END;
CREATE TRIGGER tokens_renamed AFTER UPDATE OF name_folded ON tokens WHEN NEW.name_folded IS NOT OLD.name_folded BEGIN
    INSERT INTO token_names (token_names, rowid, text)
    SELECT 'delete', number, '  ' || replace(replace(replace(replace(replace(replace(replace(OLD.name_folded, '-', ' '), '_', ' '), '.', ' '), '/', ' '), ':', ' '), '@', ' '), ' ', '  ')
    FROM token_numbers WHERE token_id = OLD.id;
    INSERT INTO token_names (rowid, text)
    SELECT number, '  ' || replace(replace(replace(replace(replace(replace(replace(NEW.name_folded, '-', ' '), '_', ' '), '.', ' '), '/', ' '), ':', ' '), '@', ' '), ' ', '  ')
    FROM token_numbers WHERE token_id = NEW.id;
END;
CREATE TRIGGER tokens_unnamed AFTER DELETE ON tokens BEGIN
    INSERT INTO token_names (token_names, rowid, text)
    SELECT 'delete', number, '  ' || replace(replace(replace(replace(replace(replace(replace(OLD.name_folded, '-', ' '), '_', ' '), '.', ' '), '/', ' '), ':', ' '), '@', ' '), ' ', '  ')
    FROM token_numbers WHERE token_id = OLD.id;
    DELETE FROM token_numbers WHERE token_id = OLD.id;
END;
