#!/bin/sh
# Brings the control plane's database up to date: every migration of MIGRATIONS_FOLDER that it does not have, in the order of
# their names; then the passwords of roles, from the folders that are the arguments. May be run at any time, and by two at once.
# Where the database is: PGHOST, PGPORT, PGDATABASE. Who administers it: ADMINISTRATOR_FOLDER, with `password`, and `username`
# where it is not postgres, and `ca.crt` where the database has TLS.
set -eu
fail() { echo "migrate: $*" >&2; exit 1; }
: "${PGHOST:?}" "${PGPORT:?}" "${PGDATABASE:?}" "${ADMINISTRATOR_FOLDER:?}" "${MIGRATIONS_FOLDER:?}"
content() { [ -s "$1" ] || fail "$1 is missing or empty"; cat "$1"; }

export PGUSER=postgres PGPASSWORD PGSSLMODE=disable PGCONNECT_TIMEOUT=10 PGAPPNAME=flotilla-migrations
PGPASSWORD=$(content "$ADMINISTRATOR_FOLDER/password")
[ ! -e "$ADMINISTRATOR_FOLDER/username" ] || PGUSER=$(content "$ADMINISTRATOR_FOLDER/username")
if [ -e "$ADMINISTRATOR_FOLDER/ca.crt" ]; then
  export PGSSLMODE=verify-full PGSSLROOTCERT="$ADMINISTRATOR_FOLDER/ca.crt"
fi
options='--no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1'
run() { psql $options "$@"; }

tries=0
until pg_isready --quiet --timeout=2; do
  tries=$((tries + 1))
  [ "$tries" -lt 150 ] || fail "nobody answers on $PGHOST:$PGPORT"
  sleep 1
done

for file in "$MIGRATIONS_FOLDER"/*.sql; do
  version=$(basename "$file" .sql)
  digest=$(sha256sum "$file" | cut -d ' ' -f 1)
  run --set=version="$version" --set=digest="$digest" --set=file="$file" --file="$MIGRATIONS_FOLDER/apply-one.psql" ||
    fail "$version could not be applied: nothing of it is there"
done

for folder in "$@"; do
  role=$(content "$folder/username")
  password=$(content "$folder/password")
  echo 'ALTER ROLE :"role" LOGIN' | run --set=role="$role" || fail "$role could not be let in"
  # psql makes the verifier itself: no statement, and so no log of the server, has the password. It would ask a terminal for
  # it where there is one.
  said=$(printf '%s\n%s\n' "$password" "$password" | setsid --wait psql $options --command="\\password $role" 2>&1) ||
    fail "$role could not be given its password: $said"
  echo "$role may log in"
done
