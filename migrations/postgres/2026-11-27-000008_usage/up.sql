-- Use of tokens as numbers, and where and when they were used last; without a text or a path of any call.
CREATE TABLE token_usage (
    token_id BYTEA PRIMARY KEY REFERENCES tokens (id) ON DELETE CASCADE, -- goes with its token
    last_used_at BIGINT CHECK (last_used_at >= 0), -- second of the last admitted call; none if all were refused
    addresses TEXT NOT NULL -- where admitted calls came from, up to five, the latest first: `address second`, with commas between
);
CREATE TABLE token_usage_days (
    token_id BYTEA NOT NULL REFERENCES tokens (id) ON DELETE CASCADE, -- goes with its token
    day BIGINT NOT NULL CHECK (day >= 0),              -- days since 1970-01-01, UTC
    admitted BIGINT NOT NULL CHECK (admitted >= 0),    -- calls the guard admitted
    forbidden BIGINT NOT NULL CHECK (forbidden >= 0),  -- those of them that lacked a permission
    expired BIGINT NOT NULL CHECK (expired >= 0),      -- refused: the token or its text had expired
    revoked BIGINT NOT NULL CHECK (revoked >= 0),      -- refused: the token was revoked
    superseded BIGINT NOT NULL CHECK (superseded >= 0), -- refused: a newer text took the place of the one presented
    address BIGINT NOT NULL CHECK (address >= 0),      -- refused: not from an allowed address
    PRIMARY KEY (token_id, day)
);
