-- Lists in every order they are offered in, and names found by any piece of them.
-- Behind their orders these hold everything that filters look at, so that a walk along them reads nothing else.
CREATE INDEX tokens_name ON tokens (name_folded, id) INCLUDE (expires_at, revoked_at, created_by_kind, created_by_id);
CREATE INDEX tokens_ends ON tokens (coalesce(expires_at, 9223372036854775807), id) -- a token without an end sorts behind all others
    INCLUDE (name_folded, expires_at, revoked_at, created_by_kind, created_by_id);
CREATE INDEX tokens_creator ON tokens (created_by_id, id);
CREATE INDEX tokens_revoked ON tokens (id) WHERE revoked_at IS NOT NULL;

-- Every run of three characters of a name. What separates words counts as two blanks, and so does the beginning of the
-- name, so that the first one or two letters of every word are among them. No extension is needed for it, and no
-- locale has a say in it.
CREATE FUNCTION name_text(name TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT '  ' || replace(translate(name, '-_./:@', '      '), ' ', '  ') $$;
CREATE FUNCTION name_grams(name TEXT) RETURNS TEXT[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000 AS $$
DECLARE
    whole CONSTANT TEXT := '  ' || replace(translate(name, '-_./:@', '      '), ' ', '  ');
    grams TEXT[] := '{}';
BEGIN
    FOR place IN 1 .. length(whole) - 2 LOOP
        grams := grams || substr(whole, place, 3);
    END LOOP;
    RETURN grams;
END $$;
CREATE INDEX tokens_grams ON tokens USING gin (name_grams(name_folded)) WITH (gin_pending_list_limit = 512);
