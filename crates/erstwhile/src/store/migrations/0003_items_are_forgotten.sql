-- What an item of a bulk load holds stands apart from where it goes, so that it can be forgotten as soon
-- as its episode has it; and items are found by where they go, so that they go with it.
ALTER TABLE bulk_item ADD COLUMN payload TEXT;
ALTER TABLE bulk_item ADD COLUMN target_thread TEXT;
CREATE INDEX bulk_item_by_target ON bulk_item (target_graph, target_thread);
