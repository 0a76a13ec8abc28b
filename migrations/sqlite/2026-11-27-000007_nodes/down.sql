DROP TABLE cluster;
DROP TABLE nodes;
