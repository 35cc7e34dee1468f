-- A checksum of each user, thread, link, edit and setting, as of evidence. Rows that are older have none until they are
-- written again, and are not checked.
ALTER TABLE account ADD COLUMN checksum BIGINT;
ALTER TABLE thread ADD COLUMN checksum BIGINT;
ALTER TABLE link ADD COLUMN checksum BIGINT;
ALTER TABLE edit ADD COLUMN checksum BIGINT;
ALTER TABLE setting ADD COLUMN checksum BIGINT;
