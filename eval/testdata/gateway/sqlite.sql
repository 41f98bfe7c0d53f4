-- The shop of schema.sql for SQLite, which has one schema, no enums, no arrays
-- and no comments: their canaries stand in a CHECK, in a text and in a trigger.

CREATE TABLE tenants (id int PRIMARY KEY NOT NULL);
INSERT INTO tenants VALUES (1), (2);

CREATE TABLE users (
  id int PRIMARY KEY NOT NULL, tenant_id int NOT NULL, name text NOT NULL, email text,
  tier text NOT NULL DEFAULT 'CANARY-ENUM' CHECK (tier IN ('basic', 'CANARY-ENUM')), password text DEFAULT 'CANARY-DEFAULT');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO users SELECT i, 1 + i % 2,
  CASE WHEN i % 2 = 0 THEN 'user ' || i ELSE 'CANARY-USER' || i END,
  'CANARY-MAIL' || i || '@example.com', 'basic', 'CANARY-PASSWORD' || i
FROM n;

CREATE TABLE customers (
  id int PRIMARY KEY NOT NULL, tenant_id int NOT NULL, name text NOT NULL, email text, ssn text, city text);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO customers SELECT i, 1 + i % 2,
  CASE WHEN i % 2 = 0 THEN 'customer ' || i ELSE 'CANARY-CUSTOMER' || i END,
  'CANARY-MAIL' || i || '@example.com', 'CANARY-SSN' || i,
  CASE WHEN i % 2 = 0 THEN 'Berlin' ELSE 'CANARY-CITY' || i END
FROM n;

CREATE TABLE orders (
  id integer PRIMARY KEY NOT NULL, tenant_id int NOT NULL, customer_id int NOT NULL REFERENCES customers,
  region text NOT NULL, amount numeric(10,2) NOT NULL, status text, note text, items text,
  created_at timestamptz NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3)
INSERT INTO orders (tenant_id, customer_id, region, amount, status, note, items, created_at)
SELECT 1 + c.id % 2, c.id,
  CASE WHEN c.id % 2 = 1 THEN 'CANARY-REGION' WHEN c.id % 4 = 0 THEN 'north' ELSE 'south' END,
  10 * c.id + n.i, 'paid',
  CASE WHEN c.id % 2 = 0 THEN CAST(c.id * 10 + n.i AS text) ELSE 'CANARY-NOTE' || c.id END,
  CASE WHEN c.id % 2 = 0 THEN 'pen, ink' ELSE 'CANARY-ITEM' END,
  strftime('%Y-%m-%d %H:%M:%S+00', '2025-01-05 10:00', '+' || (c.id * 9) || ' days', '+' || n.i || ' hours')
FROM customers c, n;
CREATE TABLE orders_2025_01 (id int PRIMARY KEY NOT NULL, note text);
INSERT INTO orders_2025_01 VALUES (1, 'CANARY-PARTITION');

CREATE TABLE secrets (id int PRIMARY KEY NOT NULL, token text);
INSERT INTO secrets VALUES (1, 'CANARY-SECRET1'), (2, 'CANARY-SECRET2'), (3, 'CANARY-SECRET3');
CREATE TABLE forbidden_table (id int PRIMARY KEY NOT NULL, x text);
INSERT INTO forbidden_table VALUES (1, 'CANARY-FORBIDDEN');
CREATE TABLE integration_tokens (id int PRIMARY KEY NOT NULL, token text);
INSERT INTO integration_tokens VALUES (1, 'CANARY-TOKEN');
CREATE TABLE admin_notes (id integer PRIMARY KEY NOT NULL, note text);
INSERT INTO admin_notes (note) VALUES ('CANARY-ADMIN');
CREATE TABLE some_table (id int PRIMARY KEY NOT NULL);
CREATE TABLE employee (id int PRIMARY KEY NOT NULL, salary int, name text);
INSERT INTO employee VALUES (1, 90000, 'CANARY-EMPLOYEE');
CREATE TABLE a (id int PRIMARY KEY NOT NULL, geom text);
CREATE TABLE b (id int PRIMARY KEY NOT NULL, geom text);
INSERT INTO a VALUES (1, 'POINT(1 1)');
INSERT INTO b VALUES (1, 'POINT(1 1)');
CREATE VIEW v_all AS SELECT name, password FROM users;
CREATE TRIGGER t_users BEFORE INSERT ON users BEGIN SELECT 'CANARY-TRIGGER'; END;
ANALYZE;
