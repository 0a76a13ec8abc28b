DROP INDEX tokens_grams;
DROP FUNCTION name_grams(TEXT);
DROP FUNCTION name_text(TEXT);
DROP INDEX tokens_revoked;
DROP INDEX tokens_creator;
DROP INDEX tokens_ends;
DROP INDEX tokens_name;
