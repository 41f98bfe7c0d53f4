-- The world in which everything is different that Ines, clinician of wards 3 and
-- 4, may not see, and nothing else. Tables that are not named here are emptied.
CREATE TEMP TABLE mine AS SELECT id, patient_id FROM visits WHERE ward_id IN (3, 4);
CREATE INDEX temp.mine_id ON mine (id);
CREATE INDEX temp.mine_patient ON mine (patient_id);

-- Closed columns.
UPDATE patients SET phone = 'p' || id, insurance_number = 'i' || id, notes = 'another note';
UPDATE visits SET notes = 'another note';
UPDATE lab_results SET remark = 'another remark';
UPDATE prescriptions SET instructions = 'another one';
UPDATE staff SET email = 'e' || id, salary = 0;

-- Other people's patients and visits; every third is not there.
UPDATE patients SET name = 'Nobody ' || id, birthday = '1900-01-01', sex = 'X', email = NULL, city = 'Elsewhere',
  insurance = 'NONE', consent = 1 - consent, registered_on = '1999-01-01' WHERE id NOT IN (SELECT patient_id FROM mine);
UPDATE visits SET patient_id = 1, department_id = 1, ward_id = 1, doctor_id = NULL, admitted_at = '1999-01-01 00:00:00',
  discharged_at = NULL, kind = 'another', urgent = 1 - urgent, stay_days = 0 WHERE id NOT IN (SELECT id FROM mine);
UPDATE diagnoses SET code = 'Z00', description = 'another', severity = NULL WHERE visit_id NOT IN (SELECT id FROM mine);
DELETE FROM patients WHERE id % 3 = 0 AND id NOT IN (SELECT patient_id FROM mine);
DELETE FROM visits WHERE id % 3 = 0 AND id NOT IN (SELECT id FROM mine);
DELETE FROM diagnoses WHERE visit_id NOT IN (SELECT id FROM visits);
DELETE FROM bookings WHERE patient_id NOT IN (SELECT patient_id FROM mine);
DELETE FROM lab_results WHERE visit_id NOT IN (SELECT id FROM mine);
DELETE FROM prescriptions WHERE visit_id NOT IN (SELECT id FROM mine);
DELETE FROM transfers WHERE from_ward_id NOT IN (3, 4) AND to_ward_id NOT IN (3, 4);
DELETE FROM shifts WHERE ward_id NOT IN (3, 4);

-- Hers as they are: hospitals, departments, wards, lab_tests, drugs. Nobody told her
-- of these.
ALTER TABLE patients ADD COLUMN vip TEXT DEFAULT 'yes';
CREATE TABLE watchlist (id INTEGER PRIMARY KEY, about TEXT);
ANALYZE;
