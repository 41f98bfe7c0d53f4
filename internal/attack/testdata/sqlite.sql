-- What only SQLite has, around the world of the channels.
CREATE TABLE main.emp_2026 (id bigint PRIMARY KEY NOT NULL, ssn text DEFAULT 'HIDDEFAULT');
INSERT INTO main.emp_2026 VALUES (1, 'HIDCHILD');
CREATE VIEW main.v_all AS SELECT id, name, ssn FROM emp;
CREATE TRIGGER main.t_emp BEFORE INSERT ON emp BEGIN SELECT 'HIDTRIGGER'; END;
CREATE INDEX main.emp_salary ON emp (salary);
CREATE INDEX main.emp_code ON emp (code);
ANALYZE;
