import {
  BALANCING_CALLS,
  type Call,
  READY_CALLS,
  STALLED_CALLS,
  TIERING_CALLS,
  type Urgency,
  WAIT_CALLS,
} from '../../../contracts/runbooks.ts';
import { CONDITION_TYPES } from '../../../contracts/conditions.ts';

/** One alert of a PrometheusRule. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: Urgency };
  readonly annotations: Readonly<Record<string, string>>;
}

/** Page of the reason that an alert carries. */
const RUNBOOK = 'docs/runbooks/{{ $labels.reason }}.md';

/** Whom to call for what, by the platform's own metrics and the brokers'. Reasons with the same patience share an alert. */
export function alertRules(): readonly AlertRule[] {
  return [
    ...byPatience('FlotillaStalled', STALLED_CALLS, {
      expr: condition(CONDITION_TYPES.stalled, 'True'),
      summary: '{{ $labels.psc }} cannot get further by itself: {{ $labels.reason }}',
    }),
    ...byPatience('FlotillaNotReady', READY_CALLS, {
      expr: condition(CONDITION_TYPES.ready, 'False|Unknown'),
      summary: 'clients cannot use all of {{ $labels.psc }}: {{ $labels.reason }}',
    }),
    ...byPatience('FlotillaNotTiered', TIERING_CALLS, {
      expr: condition(CONDITION_TYPES.storageTiered, 'False|Unknown'),
      summary: 'Infinite Storage of {{ $labels.psc }}: {{ $labels.reason }}',
    }),
    ...byPatience('FlotillaBalancingHeldUp', BALANCING_CALLS, {
      expr: (reasons) => `flotilla_balancer_state{reason=~"${reasons}"} == 1`,
      summary: '{{ $labels.psc }} is not balanced on: {{ $labels.reason }}',
    }),
    ...byWait(),
    ...OWN,
  ];
}

interface Alerted {
  readonly expr: (reasons: string) => string;
  readonly summary: string;
}

function condition(type: string, status: string): Alerted['expr'] {
  return (reasons) => `flotilla_operator_condition{type="${type}", status=~"${status}", reason=~"${reasons}"} == 1`;
}

/** What has lasted without a break is Prometheus' own to know. */
function byPatience(
  alert: string,
  calls: Readonly<Record<string, Call>>,
  { expr, summary }: Alerted,
): readonly AlertRule[] {
  return alike(calls).map(({ reasons, call: { urgency, afterMinutes } }) => ({
    alert,
    expr: expr(reasons.join('|')),
    for: `${afterMinutes}m`,
    labels: { severity: urgency },
    annotations: { summary, runbook_url: RUNBOOK },
  }));
}

/** Since when a wait lasts the operator itself tells, through a restart of Prometheus. */
function byWait(): readonly AlertRule[] {
  return alike(WAIT_CALLS).map(({ reasons, call: { urgency, afterMinutes } }) => ({
    alert: 'FlotillaWaits',
    expr: `time() - flotilla_operator_stuck_since_seconds{reason=~"${reasons.join('|')}"} > ${afterMinutes * MINUTE_S}`,
    for: '1m',
    labels: { severity: urgency },
    annotations: {
      summary:
        '{{ $labels.psc }} has waited for {{ $value | humanizeDuration }}: {{ $labels.task }}, {{ $labels.reason }}',
      runbook_url: RUNBOOK,
    },
  }));
}

const MINUTE_S = 60;

interface Alike {
  readonly call: Call;
  readonly reasons: readonly string[];
}

function alike(calls: Readonly<Record<string, Call>>): readonly Alike[] {
  const groups = Map.groupBy(
    Object.entries(calls),
    ([, { urgency, afterMinutes }]) => `${urgency} ${String(afterMinutes)}`,
  );
  return [...groups.values()].flatMap((entries) => {
    const [first] = entries;
    return first === undefined ? [] : [{ call: first[1], reasons: entries.map(([reason]) => reason) }];
  });
}

/** What no condition of a PSC can say: that nobody writes them, or what brokers know themselves. */
const OWN: readonly AlertRule[] = [
  ...['operator', 'balancer'].map((service): AlertRule => ({
    alert: 'FlotillaNobodyLeads',
    expr: `absent(flotilla_${service}_is_leader == 1)`,
    for: '5m',
    labels: { severity: 'page' },
    annotations: {
      summary: `no ${service} leads: PSCs are not looked after`,
      runbook_url: 'docs/runbooks/NobodyLeads.md',
    },
  })),
  {
    alert: 'FlotillaPassesFail',
    expr: 'sum(increase(flotilla_operator_reconcile_seconds_count{outcome="failed"}[15m])) > 5',
    for: '15m',
    labels: { severity: 'ticket' },
    annotations: {
      summary: 'passes of the operator fail: its log says why',
      runbook_url: 'docs/runbooks/PassesFail.md',
    },
  },
  {
    // The renewal begins at 30 days, and is over within minutes. That of an authority, a year before its end, is another matter
    // where an issuer has made it: that may end long after those above it, with which all that it has issued is over.
    alert: 'FlotillaCertificateEnds',
    expr: 'flotilla_operator_certificate_expiry_seconds - time() < 14 * 86400',
    for: '1h',
    labels: { severity: 'page' },
    annotations: {
      summary:
        'a certificate of {{ $labels.psc }} ({{ $labels.kind }}) ends in {{ $value | humanizeDuration }}, and is not renewed',
      runbook_url: 'docs/runbooks/WaitingForCertificates.md',
    },
  },
  {
    // They are replaced at 90 days, which takes half an hour where nothing holds it up.
    alert: 'FlotillaPasswordsOld',
    expr: 'time() - flotilla_operator_passwords_made_seconds > 104 * 86400',
    for: '1h',
    labels: { severity: 'ticket' },
    annotations: {
      summary:
        "passwords of the platform's users in {{ $labels.psc }} are {{ $value | humanizeDuration }} old, and are not replaced",
      runbook_url: 'docs/runbooks/WaitingForPasswords.md',
    },
  },
  {
    alert: 'FlotillaUnderMinIsr',
    expr: 'sum by (namespace) (kafka_server_replicamanager_underminisrpartitioncount) > 0',
    for: '1m',
    labels: { severity: 'page' },
    annotations: {
      summary: 'producers with acks=all are refused at {{ $value }} partitions of {{ $labels.namespace }}',
      runbook_url: 'docs/runbooks/UnderReplicatedPartitions.md',
    },
  },
];
