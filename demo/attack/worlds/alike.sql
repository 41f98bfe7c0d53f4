-- Two patients who are alike in everything that an analyst may ask for: who only
-- counts groups cannot tell which of the two has been where. Both worlds have
-- them.
UPDATE patients SET consent = 1 WHERE id IN (1, 2);
UPDATE patients SET (birthday, sex, city, insurance, registered_on) =
  (SELECT birthday, sex, city, insurance, registered_on FROM patients WHERE id = 1) WHERE id = 2;
