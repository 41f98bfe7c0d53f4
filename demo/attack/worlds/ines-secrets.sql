-- Values that Ines may read nowhere.
WITH mine AS (SELECT * FROM patients WHERE id IN (SELECT patient_id FROM visits WHERE ward_id IN (3, 4)))
SELECT phone FROM patients UNION SELECT insurance_number FROM patients
UNION SELECT email FROM staff UNION SELECT number FROM invoices
UNION SELECT email FROM patients WHERE id NOT IN (SELECT id FROM mine)
UNION SELECT name FROM patients WHERE name NOT IN (SELECT name FROM mine UNION SELECT name FROM staff)
