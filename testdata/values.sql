-- The world of the pages in testdata/values, for both engines. Rows of NO are
-- hidden from Ana, and rows of DE from Bob.
CREATE TABLE cities (id bigint PRIMARY KEY NOT NULL, name varchar(60) NOT NULL, country char(2) NOT NULL, nick text, mayor text, note text);
INSERT INTO cities VALUES
  (1, 'Berlin', 'DE', 'Spree-Athen', 'Ann Lee', 'plain'), (2, 'Bergen', 'NO', 'Regnbyen', 'Bo Dahl', 'CANARY-NOTE'),
  (3, 'Bad Homburg', 'DE', NULL, 'Cy Roth', 'plain'), (4, 'Neubrandenburg', 'DE', NULL, 'Di Voss', 'plain'),
  (5, 'New York', 'US', 'Big Apple', 'Ed Koch', 'plain'), (6, 'Newark', 'US', NULL, 'Flo Hall', 'plain'),
  (7, 'Zebra CANARY-CITY', 'NO', NULL, 'Guy Vik', 'CANARY-NOTE');
CREATE TABLE clinics (id bigint PRIMARY KEY NOT NULL, city_id bigint NOT NULL REFERENCES cities (id), name text NOT NULL, contact text);
INSERT INTO clinics VALUES (1, 1, 'Charite', 'Hannah Meyer'), (2, 1, 'St. Hedwig', 'Li Wei'), (3, 5, 'Mount Sinai', NULL), (4, 2, 'Haukeland', NULL), (5, 7, 'Savannah', NULL);
CREATE TABLE stays (id bigint PRIMARY KEY NOT NULL, clinic_id bigint NOT NULL REFERENCES clinics (id), patient bigint NOT NULL, ward text NOT NULL);
INSERT INTO stays
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
SELECT i, 1 + i % 2, i % 20, CASE WHEN i % 2 = 0 THEN 'Intensive care' ELSE 'Day clinic' END FROM n;
