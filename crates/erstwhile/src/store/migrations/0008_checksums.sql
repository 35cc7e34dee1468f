-- A checksum of each row of evidence, so that damage of the disk is not taken for what was said. Rows that are older have
-- none, and are not checked.
ALTER TABLE episode ADD COLUMN checksum BIGINT;
ALTER TABLE mention ADD COLUMN checksum BIGINT;
ALTER TABLE assertion ADD COLUMN checksum BIGINT;
