DROP TABLE token_usage_days;
DROP TABLE token_usage;
