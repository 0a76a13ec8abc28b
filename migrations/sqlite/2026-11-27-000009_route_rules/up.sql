-- Which permission calls of other programs need, by method and path: what gateways ask for. One row, read and replaced as a
-- whole; without rules nothing passes.
CREATE TABLE route_rules (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    version INTEGER NOT NULL CHECK (version >= 0), -- counts saves; the HTTP ETag
    rules TEXT NOT NULL -- a line each, by path: method, path pattern, permission
) STRICT;
INSERT INTO route_rules (id, version, rules) VALUES (1, 0, '');
