#!/bin/sh
# Starts a distributed worker with the properties file that is the one argument.
set -eu
[ "$#" -eq 1 ] && [ -r "$1" ] || { echo "connect: the one argument must be a properties file that can be read" >&2; exit 64; }
home=${CONNECT_HOME:-/opt/connect}
set -- "$1" "$home"/libs/jmx_prometheus_javaagent-*.jar
[ -f "$2" ] || { echo "connect: $home/libs has no JMX exporter" >&2; exit 70; }
# Half of what the container may use: threads, classes and buffers of the sockets need the rest.
exec java -XX:MaxRAMPercentage=50 -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true \
  -Dsun.net.inetaddr.ttl=10 -Dsun.net.inetaddr.negative.ttl=1 \
  "-javaagent:$2=${METRICS_PORT:-7071}:$home/jmx-exporter.yaml" -Dlog4j2.configurationFile="$home/log4j2.properties" \
  -cp "$home/libs/*" org.apache.kafka.connect.cli.ConnectDistributed "$1"
