-- Values that Tom may read nowhere.
SELECT name FROM patients UNION SELECT email FROM patients UNION SELECT phone FROM patients
UNION SELECT insurance_number FROM patients UNION SELECT name FROM staff UNION SELECT email FROM staff
