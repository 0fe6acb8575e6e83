/**
 * Script of bash that tries all targets (`address:port`, or `udp:address:port` for a question that wants an answer) at the
 * same time, and prints a line for each, which {@link outcomes} reads. What does not answer takes `waitSeconds`.
 */
export function connectScript(targets: readonly string[], waitSeconds = 1): string {
  return `wait_seconds=${waitSeconds}\n${PROBE}${targets.map((target) => `probe '${target}' & `).join('')}wait`;
}

/**
 * Target ▶ `connected`, `refused`, `unreachable` or `silence` (or `failed` and why), from what {@link connectScript} printed.
 */
export function outcomes(printed: string): Readonly<Record<string, string>> {
  const lines = printed.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
}

/** A datagram's fate is known only when something comes back: an answer, or the kernel's word that none can come. */
const PROBE = `probe() {
  kind=tcp; target=$1
  case $target in udp:*) kind=udp; target=\${1#udp:} ;; esac
  said=$(LC_ALL=C timeout $wait_seconds bash -c '
    exec 3<>"/dev/$0/$1/$2" || exit 1
    [ "$0" = tcp ] || { printf question >&3 && head -c 1 <&3 >/dev/null; }
  ' "$kind" "\${target%:*}" "\${target##*:}" 2>&1)
  code=$?
  case "$code $said" in
    0\\ *) echo "$1 connected" ;;
    124\\ *) echo "$1 silence" ;;
    *refused*) echo "$1 refused" ;;
    *unreachable* | *'No route to host'*) echo "$1 unreachable" ;;
    *) echo "$1 failed: $said" ;;
  esac
}
`;
