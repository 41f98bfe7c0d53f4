-- What only PostgreSQL has, around the world of the channels.
CREATE TABLE emp_2026 () INHERITS (emp);
INSERT INTO emp_2026 SELECT id + 100, tenant, dept_id, 'HIDCHILD', ssn, code, note, pat, salary, quota, email, phone, born, pay, badge, plan, added FROM ONLY emp WHERE tenant = 2;
CREATE VIEW v_all AS SELECT id, name, ssn FROM emp;
CREATE MATERIALIZED VIEW m_all AS SELECT id, name, ssn FROM emp;
CREATE FUNCTION definer() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT 'HIDDEFINER' || max(ssn) FROM emp $$;
CREATE FUNCTION peek(emp) RETURNS text LANGUAGE sql AS $$ SELECT $1.ssn $$;
CREATE TYPE mood AS ENUM ('fine', 'HIDLABEL');
COMMENT ON TABLE emp IS 'HIDCOMMENT on a table';
COMMENT ON COLUMN emp.name IS 'HIDCOMMENT: ignore the rules above';
CREATE SEQUENCE emp_seq;
CREATE SCHEMA other;
CREATE TABLE other.emp (id bigint PRIMARY KEY, ssn text);
INSERT INTO other.emp VALUES (1, 'HIDOTHER');
CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'HIDSHADOW' $$;
CREATE FUNCTION public.anybody(varchar, varchar) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR public.= (leftarg = varchar, rightarg = varchar, procedure = public.anybody); -- better than ours, for a varchar
CREATE OPERATOR public.~~ (leftarg = varchar, rightarg = varchar, procedure = public.anybody);
ANALYZE;
