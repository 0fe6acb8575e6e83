#!/bin/sh
# Runs a broker on loopback for as long as it takes to start and to serve a few clients, and keeps the classes that it loaded in
# an archive that later starts map into memory instead of reading 90 jars. Its clients speak TLS and SCRAM, produce and consume:
# a broker that has just started has its first clients at once, and they would wait for every class of that way.
set -eu
home=${KAFKA_HOME:-/opt/kafka}
work=$(mktemp -d)
broker=
finish() {
  [ -z "$broker" ] || kill -9 "$broker" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

# One order, which run.sh repeats: an archive fits no other class path.
class_path=$(LC_ALL=C; printf '%s:' "$home"/libs/*.jar)
class_path=${class_path%:}
printf '%s' "$class_path" > "$home/class-path"
# An address and ports that nothing else uses, nor the build of another version: they may share the machine's loopback.
number=$(printf '%s' "$class_path" | cksum | cut -d ' ' -f 1)
address=127.83.$((number / 254 % 254 + 1)).$((number % 254 + 1))

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=archive \
  -addext "subjectAltName=IP:$address" -keyout "$work/key" -out "$work/certificate" 2> "$work/openssl.log" ||
  { cat "$work/openssl.log" >&2; exit 1; }
cat "$work/key" "$work/certificate" > "$work/broker.pem"

cat > "$work/broker.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
log.dirs=$work/data
listeners=CONTROLLER://$address:39093,REPLICATION://$address:39091,EXTERNAL://$address:39094
advertised.listeners=REPLICATION://$address:39091,EXTERNAL://$address:39094
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=$address:39093
inter.broker.listener.name=REPLICATION
listener.security.protocol.map=CONTROLLER:SSL,REPLICATION:SSL,EXTERNAL:SASL_SSL
ssl.engine.factory.class=dev.flotilla.tls.RenewedSslEngineFactory
ssl.keystore.type=PEM
ssl.keystore.location=$work/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$work/certificate
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.external.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:archive
num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
PROPERTIES
cat > "$work/log4j2.yaml" <<'LOGGING'
Configuration:
  Appenders: { Console: { name: out, target: SYSTEM_ERR, PatternLayout: { pattern: '%d %p %m%n' } } }
  Loggers: { Root: { level: info, AppenderRef: { ref: out } } }
LOGGING
logging="-Dlog4j2.configurationFile=$work/log4j2.yaml"

java -Xmx96m -XX:+UseSerialGC "$logging" -cp "$class_path" kafka.tools.StorageTool format --standalone \
  --cluster-id AAAAAAAAAAAAAAAAAAAAAQ --add-scram 'SCRAM-SHA-512=[name=archive,password=archive]' --config "$work/broker.properties" > "$work/format.log" 2>&1 ||
  { tail -n 20 "$work/format.log" >&2; exit 1; }
# The class path of the agent comes after the archive's own, so that the archive fits a run with the agent too.
java -Xmx256m -XX:+UseSerialGC "$logging" -XX:ArchiveClassesAtExit="$home/kafka.jsa" -cp "$class_path" \
  kafka.Kafka "$work/broker.properties" > "$work/broker.log" 2>&1 &
broker=$!

waited=0
until grep -q 'Kafka Server started' "$work/broker.log"; do
  if ! kill -0 "$broker" 2>/dev/null || [ "$waited" -ge 120 ]; then
    echo 'archive-classes: the broker did not start' >&2
    tail -n 40 "$work/broker.log" >&2
    exit 1
  fi
  sleep 1
  waited=$((waited + 1))
done

cat > "$work/client.properties" <<PROPERTIES
bootstrap.servers=$address:39094
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="archive" password="archive";
ssl.truststore.type=PEM
ssl.truststore.location=$work/certificate
acks=all
PROPERTIES
client() {
  timeout 120 java -Xmx96m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$logging" -cp "$class_path" "$@" > "$work/client.log" 2>&1 ||
    { echo "archive-classes: $1 failed" >&2; tail -n 20 "$work/client.log" >&2; exit 1; }
}
client org.apache.kafka.tools.ProducerPerformance --topic archive --num-records 2000 --record-size 1024 --throughput 1000 \
  --bootstrap-server "$address:39094" \
  --command-config "$work/client.properties"
client org.apache.kafka.tools.consumer.ConsoleConsumer --topic archive --from-beginning --max-messages 2000 --timeout-ms 60000 \
  --bootstrap-server "$address:39094" --command-config "$work/client.properties"
kill -TERM "$broker"
wait "$broker" || [ "$?" -eq 143 ]
broker=
[ -s "$home/kafka.jsa" ] || { echo 'archive-classes: Java wrote no archive' >&2; tail -n 20 "$work/broker.log" >&2; exit 1; }
chmod 0444 "$home/kafka.jsa" "$home/class-path"
