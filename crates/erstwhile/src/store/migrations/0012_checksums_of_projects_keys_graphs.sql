-- A checksum of each project, API key and graph. Rows that are older have none, and are not checked.
ALTER TABLE project ADD COLUMN checksum BIGINT;
ALTER TABLE api_key ADD COLUMN checksum BIGINT;
ALTER TABLE graph ADD COLUMN checksum BIGINT;
