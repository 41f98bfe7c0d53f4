-- The world in which everything is different that Tom, analyst of the patients who
-- consented, in groups of ten or more, may not see, and nothing else. Tables that
-- are not named here are emptied.
CREATE TEMP TABLE theirs AS SELECT v.id FROM visits v JOIN patients p ON p.id = v.patient_id WHERE NOT p.consent;
CREATE INDEX temp.theirs_id ON theirs (id);

-- Closed and masked columns: names are others, equal where they were equal;
-- birthdays are others in the same year.
UPDATE patients SET phone = 'p' || id, insurance_number = 'i' || id, notes = 'another note',
  name = 'Another ' || name, email = 'another.' || email, birthday = substr(birthday, 1, 4) || '-07-01';
UPDATE visits SET notes = 'another note';
UPDATE lab_results SET remark = 'another remark';
UPDATE prescriptions SET instructions = 'another one';
UPDATE complaints SET message = 'another message';
UPDATE suppliers SET email = 'e' || id;
UPDATE insurers SET phone = 'p' || id;
UPDATE staff SET name = 'Nobody ' || id, role = 'another', email = 'e' || id, hired_on = '1999-01-01', salary = 0;

-- Those who did not consent; every third is not there.
UPDATE patients SET sex = 'X', city = 'Elsewhere', insurance = 'NONE', registered_on = '1999-01-01' WHERE NOT consent;
UPDATE visits SET department_id = 1, ward_id = NULL, doctor_id = NULL, kind = 'another', stay_days = 0 WHERE id IN (SELECT id FROM theirs);
UPDATE diagnoses SET code = 'Z00', description = 'another' WHERE visit_id IN (SELECT id FROM theirs);
UPDATE invoices SET amount = 0, status = 'another' WHERE visit_id IN (SELECT id FROM theirs);
DELETE FROM patients WHERE id % 3 = 0 AND NOT consent;
DELETE FROM visits WHERE patient_id NOT IN (SELECT id FROM patients);
DELETE FROM diagnoses WHERE visit_id NOT IN (SELECT id FROM visits);
DELETE FROM invoices WHERE visit_id NOT IN (SELECT id FROM visits);
DELETE FROM claims WHERE invoice_id IN (SELECT id FROM invoices WHERE visit_id IN (SELECT id FROM theirs))
  OR invoice_id NOT IN (SELECT id FROM invoices);
DELETE FROM bookings WHERE patient_id IN (SELECT id FROM patients WHERE NOT consent) OR patient_id NOT IN (SELECT id FROM patients);
DELETE FROM lab_results WHERE visit_id IN (SELECT id FROM theirs);
DELETE FROM prescriptions WHERE visit_id IN (SELECT id FROM theirs);
DELETE FROM transfers WHERE visit_id IN (SELECT id FROM theirs);
DELETE FROM complaints WHERE visit_id IN (SELECT id FROM theirs);

-- Which of the two who are alike has been where.
UPDATE visits SET patient_id = 3 - patient_id WHERE patient_id IN (1, 2);
UPDATE bookings SET patient_id = 3 - patient_id WHERE patient_id IN (1, 2);

-- As they are: hospitals, departments, wards, lab_tests, drugs, orders, order_lines,
-- equipment_sales, shifts. Nobody told him of these.
ALTER TABLE patients ADD COLUMN vip TEXT DEFAULT 'yes';
CREATE TABLE watchlist (id INTEGER PRIMARY KEY, about TEXT);
ANALYZE;
