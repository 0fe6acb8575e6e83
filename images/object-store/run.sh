#!/bin/sh
# Starts the store with `--properties FILE` and the key pair in CREDENTIALS_DIR. The pair goes into a file that only this
# user can read: on the command line others on the node could see it.
set -eu
umask 077
fail() { echo "object-store: $*" >&2; exit 64; }
[ "$#" -eq 2 ] && [ "$1" = --properties ] || fail 'usage: --properties FILE'
[ -r "$2" ] || fail "$2 cannot be read"
credentials=${CREDENTIALS_DIR:-/etc/flotilla/object-store-credentials}
home=${OBJECT_STORE_HOME:-/opt/object-store}
complete=$(mktemp)
cat "$2" > "$complete"
# The file before may end without a line break.
printf '\n' >> "$complete"
for name in identity credential; do
  [ -r "$credentials/$name" ] || fail "$credentials/$name cannot be read"
  value=$(cat "$credentials/$name")
  # Anything else could mean something else in a properties file.
  case $value in
    '' | *[!A-Za-z0-9+/_.-]*) fail "$name must be letters, digits and + / _ . -" ;;
  esac
  printf 's3proxy.%s=%s\n' "$name" "$value" >> "$complete"
done
exec java -XX:MaxRAMPercentage=40 -XX:MaxMetaspaceSize=64m -XX:ReservedCodeCacheSize=32m -XX:+UseSerialGC \
  -XX:TieredStopAtLevel=1 -Xss512k -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
  -Dlogback.configurationFile="$home/logback.xml" -cp "$home/libs/*" org.gaul.s3proxy.Main --properties "$complete"
