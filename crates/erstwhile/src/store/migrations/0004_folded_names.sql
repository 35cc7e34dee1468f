-- What listings are searched in, in lower case, as the program folds it: databases know different alphabets.
ALTER TABLE account ADD COLUMN folded TEXT NOT NULL DEFAULT '';
ALTER TABLE graph ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE account SET folded = lower(user_id || ' ' || coalesce(email, '') || ' ' || coalesce(first_name, '') || ' ' ||
coalesce(last_name, ''));
UPDATE graph SET folded = lower(owner_id || ' ' || coalesce(name, '') || ' ' || coalesce(description, ''));
