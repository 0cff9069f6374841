#!/bin/sh
# Runs once, when the database container starts with an empty volume: the owner migrates, the
# application's role is bound by row-level security. bin/askpro does the same for the demo.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$ASKPRO_OWNER_PASSWORD" --set app_password="$ASKPRO_APP_PASSWORD" <<'SQL'
CREATE ROLE askpro_owner LOGIN CREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE askpro_app LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE askpro OWNER askpro_owner;
\connect askpro
SET ROLE askpro_owner;
ALTER DEFAULT PRIVILEGES FOR ROLE askpro_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO askpro_app;
ALTER DEFAULT PRIVILEGES FOR ROLE askpro_owner GRANT USAGE, SELECT ON SEQUENCES TO askpro_app;
GRANT USAGE ON SCHEMA public TO askpro_app;
SQL
