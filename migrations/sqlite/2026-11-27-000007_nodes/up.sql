-- Who follows the log, and what all nodes agree on.
CREATE TABLE nodes (
    node BLOB PRIMARY KEY CHECK (length(node) = 16), -- one guard, from its start to its end
    applied INTEGER NOT NULL CHECK (applied >= 0), -- it has applied every event up to this one
    renewals INTEGER NOT NULL CHECK (renewals > 0) -- counts its signs of life
);
CREATE TABLE cluster (
    id INTEGER PRIMARY KEY CHECK (id = 1),  -- one row
    lease_ms INTEGER NOT NULL CHECK (lease_ms > 0) -- how long a node may go by what it read, in milliseconds
);
