-- The only graph that a key reaches; null for the whole project.
ALTER TABLE api_key ADD COLUMN bound_graph BLOB;
