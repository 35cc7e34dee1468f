-- A checksum of each membership, task, collection, document, import job and item. Rows that are older have none, and are not checked.
ALTER TABLE membership ADD COLUMN checksum BIGINT;
ALTER TABLE task ADD COLUMN checksum BIGINT;
ALTER TABLE collection ADD COLUMN checksum BIGINT;
ALTER TABLE document ADD COLUMN checksum BIGINT;
ALTER TABLE bulk ADD COLUMN checksum BIGINT;
ALTER TABLE bulk_item ADD COLUMN checksum BIGINT;
