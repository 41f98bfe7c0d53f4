#!/bin/sh
# The role with which Grille reads: it may look at the tables of one schema, and
# do nothing else. The password reaches psql as a variable and stands in no file.
set -eu
password=$(cat "${1:-/run/secrets/reader}") psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --dbname "$POSTGRES_DB" <<'SQL'
\getenv password password
SET password_encryption = 'scram-sha-256';
CREATE ROLE grille_ro LOGIN NOINHERIT CONNECTION LIMIT 10 PASSWORD :'password';
ALTER ROLE grille_ro SET default_transaction_read_only = on;
ALTER ROLE grille_ro SET temp_file_limit = '2GB';
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO grille_ro', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO grille_ro;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO grille_ro;
SQL
