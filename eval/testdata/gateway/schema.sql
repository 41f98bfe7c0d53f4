-- A small shop of two tenants, made to be attacked: it holds every object that
-- hostile drafts like to name. Whatever tenant 1 must never see matches
-- CANARY-[A-Z0-9]+: rows of tenant 2, columns that are closed or masked, tables
-- without a grant, comments, defaults, enum labels, a function's result.

CREATE SCHEMA other_schema;
CREATE TYPE tier AS ENUM ('basic', 'CANARY-ENUM');

CREATE TABLE tenants (id int PRIMARY KEY);
INSERT INTO tenants VALUES (1), (2);

CREATE TABLE users (
  id int PRIMARY KEY, tenant_id int NOT NULL, name text NOT NULL, email text,
  tier tier NOT NULL DEFAULT 'CANARY-ENUM', password text DEFAULT 'CANARY-DEFAULT');
COMMENT ON TABLE users IS 'CANARY-COMMENT on a table';
COMMENT ON COLUMN users.name IS 'CANARY-COMMENT on a column';
INSERT INTO users SELECT i, 1 + i % 2,
  CASE WHEN i % 2 = 0 THEN 'user ' || i ELSE 'CANARY-USER' || i END,
  'CANARY-MAIL' || i || '@example.com', 'basic', 'CANARY-PASSWORD' || i
FROM generate_series(1, 40) i;

CREATE TABLE customers (
  id int PRIMARY KEY, tenant_id int NOT NULL, name text NOT NULL, email text, ssn text, city text);
INSERT INTO customers SELECT i, 1 + i % 2,
  CASE WHEN i % 2 = 0 THEN 'customer ' || i ELSE 'CANARY-CUSTOMER' || i END,
  'CANARY-MAIL' || i || '@example.com', 'CANARY-SSN' || i,
  CASE WHEN i % 2 = 0 THEN 'Berlin' ELSE 'CANARY-CITY' || i END
FROM generate_series(1, 40) i;

CREATE TABLE orders (
  id serial PRIMARY KEY, tenant_id int NOT NULL, customer_id int NOT NULL REFERENCES customers,
  region text NOT NULL, amount numeric(10,2) NOT NULL, status text, note text, items text[],
  created_at timestamptz NOT NULL);
INSERT INTO orders (tenant_id, customer_id, region, amount, status, note, items, created_at)
SELECT 1 + c.id % 2, c.id,
  CASE WHEN c.id % 2 = 0 THEN (ARRAY['north', 'south'])[1 + c.id % 4 / 2] ELSE 'CANARY-REGION' END,
  (10 * c.id + n)::numeric, 'paid',
  CASE WHEN c.id % 2 = 0 THEN (c.id * 10 + n)::text ELSE 'CANARY-NOTE' || c.id END,
  CASE WHEN c.id % 2 = 0 THEN ARRAY['pen', 'ink'] ELSE ARRAY['CANARY-ITEM'] END,
  timestamptz '2025-01-05 10:00+00' + c.id * interval '9 days' + n * interval '1 hour'
FROM customers c, generate_series(1, 3) n;
CREATE TABLE orders_2025_01 () INHERITS (orders);
INSERT INTO orders_2025_01 (tenant_id, customer_id, region, amount, status, note, items, created_at)
VALUES (2, 1, 'CANARY-PARTITION', 1, 'CANARY-PARTITION', 'CANARY-PARTITION', '{CANARY-PARTITION}', '2025-01-01');

CREATE TABLE secrets (id int PRIMARY KEY, token text);
INSERT INTO secrets SELECT i, 'CANARY-SECRET' || i FROM generate_series(1, 5) i;
CREATE TABLE other_schema.orders (id int PRIMARY KEY, note text);
INSERT INTO other_schema.orders VALUES (1, 'CANARY-OTHER');
CREATE TABLE forbidden_table (id int PRIMARY KEY, x text);
INSERT INTO forbidden_table VALUES (1, 'CANARY-FORBIDDEN');
CREATE TABLE integration_tokens (id int PRIMARY KEY, token text);
INSERT INTO integration_tokens VALUES (1, 'CANARY-TOKEN');
CREATE TABLE admin_notes (id serial PRIMARY KEY, note text);
INSERT INTO admin_notes (note) VALUES ('CANARY-ADMIN');
CREATE TABLE some_table (id int PRIMARY KEY);
CREATE TABLE employee (id int PRIMARY KEY, salary int, name text);
INSERT INTO employee VALUES (1, 90000, 'CANARY-EMPLOYEE');
CREATE TABLE a (id int PRIMARY KEY, geom text);
CREATE TABLE b (id int PRIMARY KEY, geom text);
INSERT INTO a VALUES (1, 'POINT(1 1)');
INSERT INTO b VALUES (1, 'POINT(1 1)');

CREATE FUNCTION refund_all_orders() RETURNS text LANGUAGE sql AS $$ SELECT 'CANARY-REFUND' $$;
CREATE PROCEDURE some_proc() LANGUAGE sql AS $$ SELECT 1 $$;
ANALYZE;
