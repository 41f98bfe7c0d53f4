-- The copy: a database that never held what Ana does not see. A pseudonym is any
-- other name for the same value.
DELETE FROM S.emp WHERE tenant <> 1;
DROP TABLE S.perms; DROP TABLE S.vault;
ALTER TABLE S.emp DROP COLUMN ssn; ALTER TABLE S.emp DROP COLUMN added;
UPDATE S.emp SET email = NULL, phone = right(phone, 4), born = date_trunc('year', born), badge = 'token' || badge;
UPDATE S.emp SET pay = pay / 100 * 100;
