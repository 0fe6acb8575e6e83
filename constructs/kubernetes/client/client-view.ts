import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { LABELS, PART_OF } from '../../../contracts/labels.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import { identityViolations, windowViolations } from '../kafka/cluster-view.ts';
import type { PscViolation } from '../kafka/invalid-psc-error.ts';

/** Kinds of clusters that are clients of a Kafka PSC: names of their StatefulSets, services and components. */
export const CLIENT_KINDS = ['connect', 'ksqldb'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** What every rendered object of a cluster that is a client of a Kafka PSC is a function of. */
export interface ClientView {
  readonly kind: ClientKind;
  readonly name: string;
  readonly namespace: string;
  readonly tenant: string;
  /** PSC whose Kafka it uses. */
  readonly kafka: string;
  readonly dataPlane: DataPlane;
  /** When somebody asked for a roll, as the PSC has it. */
  readonly rollRequestedAt?: string;
}

/** The part of a view that all kinds share. */
export function clientView(
  kind: ClientKind,
  kafka: string,
  { metadata: { name }, spec }: PhysicalStatefulCluster,
  dataPlane: DataPlane,
): ClientView {
  const rollRequestedAt = spec.maintenance?.rollRequestedAt;
  return {
    kind,
    name,
    namespace: pscNamespace(name),
    tenant: spec.tenant,
    kafka,
    dataPlane,
    ...(rollRequestedAt === undefined ? {} : { rollRequestedAt }),
  };
}

/** What contradicts the data plane, whatever the kind. */
export function clientViolations(
  psc: PhysicalStatefulCluster,
  kafka: string,
  dataPlane: DataPlane,
): readonly PscViolation[] {
  return [
    ...identityViolations(psc, dataPlane),
    ...windowViolations(psc.spec.maintenanceWindows ?? []),
    ...(kafka === psc.metadata.name
      ? [
          {
            field: 'spec.kafka',
            value: kafka,
            rule: 'it is the PSC itself, and no Kafka cluster',
            remedy: 'Name the PSC of a Kafka cluster',
          },
        ]
      : []),
  ];
}

/** Labels of every object of the PSC. */
export function clientLabels({ kind, name, tenant }: ClientView): Readonly<Record<string, string>> {
  return {
    [LABELS.name]: kind,
    [LABELS.instance]: name,
    [LABELS.component]: kind,
    [LABELS.partOf]: PART_OF,
    [LABELS.managedBy]: 'flotilla-operator',
    [LABELS.psc]: name,
    [LABELS.tenant]: tenant,
  };
}

/** What selects its pods. Part of immutable fields: it never changes. */
export function clientSelector({ kind, name }: ClientView): Readonly<Record<string, string>> {
  return { [LABELS.psc]: name, [LABELS.component]: kind };
}
