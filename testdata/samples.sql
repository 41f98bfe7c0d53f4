-- The world of samples_test.go, for both engines. Rows of the region "closed" are
-- hidden from the desk.
CREATE TABLE regions (name text PRIMARY KEY NOT NULL);
INSERT INTO regions VALUES ('open'), ('closed');
CREATE TABLE calls (id bigint PRIMARY KEY NOT NULL, region text NOT NULL REFERENCES regions (name), kind text, town text, caller text, minutes bigint);
INSERT INTO calls
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
SELECT i, CASE WHEN i > 120 THEN 'closed' ELSE 'open' END,
  CASE
    WHEN i <= 40 THEN 'routine'
    WHEN i <= 60 THEN 'emergency'
    WHEN i <= 69 THEN 'CANARY in nine rows'
    WHEN i <= 80 THEN 'CANARY which is longer than forty characters'
    WHEN i <= 91 THEN 'CANARY
on two lines'
    WHEN i <= 102 THEN 'canary@example.org'
    WHEN i <= 113 THEN 'call 555-0123 CANARY'
    WHEN i <= 120 THEN 'transfer'
    WHEN i <= 126 THEN 'transfer'
    WHEN i <= 190 THEN 'restricted'
  END,
  CASE WHEN i % 3 = 0 THEN 'Bergen' WHEN i % 3 = 1 THEN 'Berlin' END, 'CANARY person', 5 FROM n;
CREATE TABLE tallies (id bigint PRIMARY KEY NOT NULL, kind text);
INSERT INTO tallies
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
SELECT i, 'CANARY in groups' FROM n;
