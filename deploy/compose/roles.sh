#!/bin/sh
# Runs once, when the database is empty: one role and one schema a service (`viva database roles`).
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v gateway="$POSTGRES_PASSWORD" \
    -v session="$POSTGRES_PASSWORD" -v telephony="$POSTGRES_PASSWORD" \
    -v notification="$POSTGRES_PASSWORD" -f /roles.sql
