-- The world of the channels, for both engines; S is the schema. Two hundred people
-- of tenant 1 are seen, and nobody else: the hidden ones match HID, and are those
-- on which probes fail. perms and vault are no viewer's.
CREATE TABLE S.perms (emp_tenant bigint, who varchar(20));
INSERT INTO S.perms VALUES (1, 'ana'), (2, 'bob');
CREATE TABLE S.vault (id bigint PRIMARY KEY NOT NULL, token text);
INSERT INTO S.vault VALUES (1, 'HIDTOKEN'), (2, 'HIDTOKEN2');
CREATE TABLE S.dept (id bigint PRIMARY KEY NOT NULL, name text NOT NULL, city text);
INSERT INTO S.dept VALUES (1, 'north', 'Ulm'), (2, 'south', 'Bonn'), (3, 'west', 'Jena');
CREATE TABLE S.pub (k bigint PRIMARY KEY NOT NULL, v bigint NOT NULL, word text);
INSERT INTO S.pub VALUES (1, 5, 'n1'), (2, 6, 'n2'), (7, 7, 'n7'), (150, 8, 'n9'), (9001, 9, 'HI');
CREATE TABLE S.emp (
  id bigint PRIMARY KEY NOT NULL, tenant bigint NOT NULL, dept_id bigint NOT NULL, name text NOT NULL,
  ssn text NOT NULL DEFAULT 'HIDDEFAULT', code text, note text, pat text, salary bigint NOT NULL, quota bigint NOT NULL,
  email text, phone text, born date NOT NULL, pay bigint NOT NULL, badge text NOT NULL, plan text, added text);
INSERT INTO S.emp
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
SELECT i, 1, 1 + i % 2, 'n' || i, '111-' || i, CAST(i AS text), '2021-01-05', 'n%', 1000 + i, i,
  'HIDMAIL' || i, '0731-HID' || (1000 + i), '1980-02-03', i * 7, 'HIDBADGE' || (i % 50), 'full', 'HIDNEW'
FROM n;
INSERT INTO S.emp VALUES
  (9001, 2, 3, 'HIDBOB', '999-88-7777', 'HIDCODE', 'none', 'n\', 666, 9223372036854775807, 'HIDMAIL', '0731-HID6666', '1966-06-06', 6, 'HIDBADGE', 'HIDPLAN', 'HIDNEW'),
  (9002, 2, 3, 'HIDEVE', '999-88-7778', 'HIDCODE', 'none', 'n\', 666, 9223372036854775807, 'HIDMAIL', '0731-HID6667', '1966-06-06', 6, 'HIDBADGE1', 'HIDPLAN', 'HIDNEW');
