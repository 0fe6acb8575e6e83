#!/bin/sh
# Makes PGDATA, when there is none, with the database POSTGRES_DB and the superuser's password, then becomes PostgreSQL.
set -eu
umask 077
fail() { echo "postgres: $*" >&2; exit 64; }
: "${PGDATA:?}" "${POSTGRES_DB:?}"
password=${PASSWORD_FILE:-/etc/flotilla/postgres-superuser/password}
config=${CONFIG_FILE:-/etc/flotilla/postgres-config/postgresql.conf}
case $POSTGRES_DB in
  [!a-z]* | *[!a-z0-9_]*) fail "POSTGRES_DB is $POSTGRES_DB: it must be small letters, digits and underscores" ;;
esac
[ -r "$config" ] || fail "$config cannot be read"

if [ ! -f "$PGDATA/PG_VERSION" ]; then
  [ -s "$password" ] || fail "$password is missing or empty: the superuser would have no password"
  # Beside it, then renamed: a start that was cut off must not leave half a cluster that the next one takes for whole.
  draft=$PGDATA.draft
  rm -rf "$draft"
  [ ! -e "$PGDATA" ] || rmdir "$PGDATA" || fail "$PGDATA is not empty and no cluster of PostgreSQL: it is left alone"
  # Sorting that does not depend on the libraries of this image, so that indexes stay right under the next one.
  initdb --pgdata="$draft" --username=postgres --pwfile="$password" --auth=scram-sha-256 --encoding=UTF8 \
    --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C > "$PGDATA.initdb.log" 2>&1 ||
    { cat "$PGDATA.initdb.log" >&2; fail 'the cluster could not be made'; }
  rm -f "$PGDATA.initdb.log"
  if [ "$POSTGRES_DB" != postgres ]; then
    printf 'CREATE DATABASE %s\n' "$POSTGRES_DB" | postgres --single -D "$draft" -c logging_collector=off postgres > /dev/null
  fi
  sync
  mv "$draft" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c config_file="$config"
