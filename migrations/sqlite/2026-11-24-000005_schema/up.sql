-- Which programs may serve this database beside newer ones. A migration that older programs cannot live with raises the
-- number; all others only add.
CREATE TABLE schema_support (
    id INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    oldest INTEGER NOT NULL                 -- version of the migration a program must know
) STRICT;
INSERT INTO schema_support (id, oldest) VALUES (1, 20261124000005);
