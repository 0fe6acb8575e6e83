import { FIRST_CONTROLLER_ID } from './controller-config.ts';
import { PORTS, SCRAM_MECHANISM } from './listeners.ts';

/** Where the scripts find things; each can be set otherwise by the variable of the same name. */
export const PATHS = {
  CONFIG_DIR: '/etc/kafka',
  TLS_DIR: '/etc/kafka-tls',
  USERS_DIR: '/etc/kafka-users',
  TOKEN_DIR: '/var/run/secrets/kubernetes.io/serviceaccount',
  RUN_DIR: '/run/kafka',
  DATA_DIR: '/var/lib/kafka',
  KAFKA_HOME: '/opt/kafka',
} as const;

/** Value of `<pod>.quorum` in the placement for a controller that is none of the first voters. */
export const JOINS = 'joins';

/** Seconds that a broker waits for the Kubernetes API before its init container fails and is started again. */
const ZONE_LOOKUP_MAX_SECONDS = 60;

function defaults(...names: readonly (keyof typeof PATHS)[]): string {
  return names.map((name) => `${name}=\${${name}:-${PATHS[name]}}`).join('\n');
}

/** Leaves what Java needs to find its classes in the script's arguments. */
const CLASS_PATH = `# An archive of loaded classes halves the time to start; it fits only the class path that it was made with.
if [ -f "$KAFKA_HOME/kafka.jsa" ] && [ -f "$KAFKA_HOME/class-path" ]; then
  set -- -XX:SharedArchiveFile="$KAFKA_HOME/kafka.jsa" -Xshare:auto -cp "$(cat "$KAFKA_HOME/class-path")"
else
  set -- -cp "$KAFKA_HOME/libs/*"
fi`;

/**
 * Init container of brokers and controllers. Needs POD_NAME, NODE_NAME, ROLE, CLUSTER_ID and INITIAL_CONTROLLERS. Leaves
 * pod.env in RUN_DIR and formatted storage in DATA_DIR; exits 1 with one line that says why.
 */
export const PREPARE_SH = `#!/bin/sh
set -eu
umask 077
fail() { echo "prepare: $*" >&2; exit 1; }
: "\${POD_NAME:?}" "\${NODE_NAME:?}" "\${ROLE:?}" "\${CLUSTER_ID:?}" "\${INITIAL_CONTROLLERS:?}"
${defaults('CONFIG_DIR', 'USERS_DIR', 'TOKEN_DIR', 'RUN_DIR', 'DATA_DIR', 'KAFKA_HOME')}
KUBERNETES_API=\${KUBERNETES_API:-https://kubernetes.default.svc.cluster.local}

# Where the volume is, says the placement; where the pod is, says its node. They must agree, or replicas that should be
# in different zones could be in one.
placed=$(sed -n "s/^$POD_NAME=//p" "$CONFIG_DIR/placement.properties")
[ -n "$placed" ] || fail "the placement has no zone for $POD_NAME: place it in the PSC"
# The token goes through standard input: arguments can be seen by others on the node.
node=$(printf 'header = "Authorization: Bearer %s"\\n' "$(cat "$TOKEN_DIR/token")" |
  curl --config - --silent --show-error --fail --retry 10 --retry-all-errors --retry-delay 1 \\
    --retry-max-time ${ZONE_LOOKUP_MAX_SECONDS} --max-time 5 --cacert "$TOKEN_DIR/ca.crt" \\
    --header 'Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' \\
    "$KUBERNETES_API/api/v1/nodes/$NODE_NAME") ||
  fail "node $NODE_NAME cannot be read from $KUBERNETES_API: see the line above; 403 means that the role binding is missing"
zone=$(printf '%s' "$node" | sed -n 's/.*"topology\\.kubernetes\\.io\\/zone": *"\\([^"]*\\)".*/\\1/p' | head -n 1)
[ -n "$zone" ] || fail "node $NODE_NAME has no label topology.kubernetes.io/zone"
[ "$zone" = "$placed" ] || fail "$POD_NAME is placed in $placed but runs on node $NODE_NAME in $zone: it must not start"

ordinal=\${POD_NAME##*-}
case $ROLE in
  broker) id=$ordinal ;;
  controller) id=$((${FIRST_CONTROLLER_ID} + ordinal)) ;;
  *) fail "ROLE is $ROLE: it must be broker or controller" ;;
esac
# Also needed below: Kafka reads the whole file when it formats.
export NODE_ID="$id" BROKER_RACK="$zone" POD_NAME DATA_DIR BIND_ADDRESS="\${BIND_ADDRESS:-}" TLS_DIR="\${TLS_DIR:-${PATHS.TLS_DIR}}"
printf 'export NODE_ID=%s BROKER_RACK=%s\\n' "$NODE_ID" "$BROKER_RACK" > "$RUN_DIR/pod.env"

# Arguments come from a file in memory: on the command line, passwords could be seen by others on the node.
arguments=$RUN_DIR/format.arguments
printf '%s\\n' format --ignore-formatted --cluster-id "$CLUSTER_ID" --config "$CONFIG_DIR/$ROLE.properties" > "$arguments"
# Brokers too: one that follows a leader which loses its first election cuts its log back to nothing, and Kafka 4.3 then
# reads no voters anew; it would not find the controller until it is started again.
# A controller whose volume was lost is none of the first voters any more: it is given a vote once it has followed the others.
if grep -q "^$POD_NAME\\.quorum=${JOINS}$" "$CONFIG_DIR/placement.properties"; then
  printf '%s\\n' --no-initial-controllers >> "$arguments"
else
  printf '%s\\n' --initial-controllers "$INITIAL_CONTROLLERS" >> "$arguments"
fi
if [ "$ROLE" = controller ]; then
  users=0
  for file in "$USERS_DIR"/flotilla-*; do
    [ -f "$file" ] || continue
    password=$(cat "$file")
    case $password in
      '' | *[!A-Za-z0-9_-]*) fail "the password of \${file##*/} must be letters, digits, dashes and underscores" ;;
    esac
    printf '%s\\n' --add-scram "${SCRAM_MECHANISM}=[name=\${file##*/},password=$password]" >> "$arguments"
    users=$((users + 1))
  done
  [ "$users" -gt 0 ] || fail "no platform user in $USERS_DIR: nobody could ever administer this cluster"
fi
${CLASS_PATH}
# What the tool prints holds the salted passwords, which are as good as the passwords: it must not reach the log.
if ! java -Xmx96m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$@" \\
  -Dlog4j2.configurationFile="$CONFIG_DIR/log4j2.yaml" kafka.tools.StorageTool "@$arguments" > "$RUN_DIR/format.out"; then
  grep -v 'UserScramCredentialRecord' "$RUN_DIR/format.out" >&2 || true
  rm -f "$arguments" "$RUN_DIR/format.out"
  fail "storage in $DATA_DIR could not be formatted: see the lines above"
fi
rm -f "$arguments" "$RUN_DIR/format.out"
echo "prepare: $POD_NAME is node $NODE_ID in $zone, storage ready"
`;

/** Main container: needs POD_NAME and ROLE, and what prepare.sh left. */
export const RUN_SH = `#!/bin/sh
set -eu
: "\${POD_NAME:?}" "\${ROLE:?}"
${defaults('CONFIG_DIR', 'TLS_DIR', 'RUN_DIR', 'DATA_DIR', 'KAFKA_HOME')}
# Empty: every address of the pod.
BIND_ADDRESS=\${BIND_ADDRESS:-}
export POD_NAME TLS_DIR DATA_DIR BIND_ADDRESS
. "$RUN_DIR/pod.env"

set -- "$KAFKA_HOME"/libs/jmx_prometheus_javaagent-*.jar
[ -f "$1" ] || { echo "run: $KAFKA_HOME/libs has no JMX exporter" >&2; exit 1; }
agent="-javaagent:$1=\${BIND_ADDRESS:+$BIND_ADDRESS:}${PORTS.metrics}:$CONFIG_DIR/jmx-exporter.yaml"
${CLASS_PATH}
exec java "@$CONFIG_DIR/jvm.flags" "$@" "$agent" -Dlog4j2.configurationFile="$CONFIG_DIR/log4j2.yaml" \\
  kafka.Kafka "$CONFIG_DIR/$ROLE.properties"
`;
