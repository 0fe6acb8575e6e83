import type { DataPlane } from '../../../contracts/data-plane.ts';
import type {
  KafkaSpec,
  MaintenanceSpec,
  MaintenanceWindow,
  PhysicalStatefulCluster,
  ZonePlacement,
} from '../../../contracts/gen/psc-types.ts';
import { isTimeZone } from '../../../contracts/maintenance-windows.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import { InvalidPscError, otherKindError, type PscViolation } from './invalid-psc-error.ts';
import { leavingPods } from './leaving-pods.ts';
import { ordinalOf, type PlacedPod } from './placed-pod.ts';
import { retentionViolations, userConfigViolations } from './user-config.ts';

export { ordinalOf, type PlacedPod } from './placed-pod.ts';

export type KafkaRole = 'broker' | 'controller';

/** What every rendered object of one Kafka cluster is a function of. */
export interface ClusterView {
  readonly name: string;
  readonly namespace: string;
  readonly tenant: string;
  /** Suffix of external host names. */
  readonly domain: string;
  readonly kafka: KafkaSpec;
  readonly dataPlane: DataPlane;
  /** When somebody asked for a roll, as the PSC has it. */
  readonly rollRequestedAt?: string;
  /** When somebody asked for other certificates of all pods, as the PSC has it. */
  readonly certificatesRequestedAt?: string;
  /** Those that the spec places, then those that it places no longer and that are not gone yet. By ordinal, from 0 without a gap. */
  readonly brokers: readonly PlacedPod[];
  /** The latter: what is made for them stays until they have handed over what they hold. */
  readonly leaving: readonly PlacedPod[];
  /** By ordinal, from 0 without a gap. */
  readonly controllers: readonly PlacedPod[];
  /** Those of them whose volume was lost: they join a quorum that goes on without them. */
  readonly joining: readonly string[];
}

/** Controllers in every quorum: it outlives the loss of one zone of three. */
export const CONTROLLER_COUNT = 3;

/** Replicas of every partition unless its topic says otherwise. */
export const REPLICATION_FACTOR = 3;

/**
 * A PSC of kind `kafka` as one data plane sees it.
 *
 * @throws InvalidPscError naming everything that contradicts the data plane, the placement or the platform's settings
 */
export function viewCluster(psc: PhysicalStatefulCluster, dataPlane: DataPlane): ClusterView {
  const { spec, metadata } = psc;
  const { kafka } = spec;
  if (kafka === undefined) throw otherKindError(metadata.name, 'kafka', 'Kafka');
  const placed = placedPods(kafka.placement);
  const leaving = leavingPods(psc);
  const controllers = placedPods(kafka.controllers.placement);
  const violations = [
    ...identityViolations(psc, dataPlane),
    ...placementViolations('spec.kafka.placement', 'kafka', placed, dataPlane),
    ...movedViolations(psc, placed),
    ...placementViolations('spec.kafka.controllers.placement', 'controller', controllers, dataPlane),
    ...countViolations(placed, controllers),
    ...userConfigViolations(kafka.config ?? {}),
    ...windowViolations(spec.maintenanceWindows ?? []),
    ...(kafka.tieredStorage === undefined
      ? []
      : retentionViolations(kafka.config ?? {}, kafka.tieredStorage.localRetentionMs)),
  ];
  if (violations.length > 0) throw new InvalidPscError(metadata.name, violations);
  return {
    name: metadata.name,
    namespace: pscNamespace(metadata.name),
    tenant: spec.tenant,
    domain: spec.domain,
    kafka,
    dataPlane,
    ...requests(spec.maintenance),
    brokers: [...placed, ...leaving],
    leaving,
    controllers,
    joining: joiningControllers(psc),
  };
}

/** Pods of controllers that are none of the first voters, as the status says. */
export function joiningControllers({ status }: PhysicalStatefulCluster): readonly string[] {
  return (status?.controllers ?? []).flatMap(({ pod, joins }) => (joins === true ? [pod] : [])).sort();
}

function requests({ rollRequestedAt, certificatesRequestedAt }: MaintenanceSpec = {}): Pick<
  ClusterView,
  'rollRequestedAt' | 'certificatesRequestedAt'
> {
  return {
    ...(rollRequestedAt === undefined ? {} : { rollRequestedAt }),
    ...(certificatesRequestedAt === undefined ? {} : { certificatesRequestedAt }),
  };
}

function placedPods(placement: Readonly<Record<string, ZonePlacement>>): readonly PlacedPod[] {
  return Object.entries(placement)
    .flatMap(([zone, { pods }]) => pods.map((name) => ({ name, zone, ordinal: ordinalOf(name) })))
    .sort((a, b) => a.ordinal - b.ordinal || (a.zone < b.zone ? -1 : 1));
}

/** Which time zones there are only a program can tell. */
export function windowViolations(windows: readonly MaintenanceWindow[]): readonly PscViolation[] {
  return windows.flatMap(({ timeZone }, index) => {
    if (timeZone === undefined || isTimeZone(timeZone)) return [];
    return [
      {
        field: `spec.maintenanceWindows[${index}].timeZone`,
        value: JSON.stringify(timeZone),
        rule: "time zones are those of the IANA's database",
        remedy: 'Name one, as in Europe/Berlin, or leave it out for UTC',
      },
    ];
  });
}

/**
 * A broker that leaves may come back, but only to its volume. The API server compares a spec with the one before it, and forgets
 * where a broker was as soon as it is placed nowhere.
 */
function movedViolations({ status }: PhysicalStatefulCluster, placed: readonly PlacedPod[]): readonly PscViolation[] {
  const zones = new Map([...(status?.leaving ?? []), ...(status?.brokers ?? [])].map(({ pod, zone }) => [pod, zone]));
  return placed.flatMap(({ name, zone }) => {
    const before = zones.get(name);
    if (before === undefined || before === zone) return [];
    return [
      {
        field: 'spec.kafka.placement',
        value: `${name} in ${zone}`,
        rule: `the volume of ${name} is in ${before}, and cannot follow`,
        remedy: `Place it in ${before}, or wait until its volume is deleted`,
      },
    ];
  });
}

/** Where a PSC names another data plane than this one, and a name that nothing can be made from. */
export function identityViolations(psc: PhysicalStatefulCluster, dataPlane: DataPlane): readonly PscViolation[] {
  const { spec, metadata } = psc;
  const pairs = [
    ['spec.cloud', spec.cloud, dataPlane.cloud],
    ['spec.region', spec.region, dataPlane.region],
    ['spec.kubernetesCluster', spec.kubernetesCluster, dataPlane.kubernetesCluster],
    ['spec.domain', spec.domain, dataPlane.domain],
  ] as const;
  const strangers = pairs
    .filter(([, value, own]) => value !== own)
    .map(([field, value, own]) => ({
      field,
      value,
      rule: `this data plane is ${own}`,
      remedy: 'Send the PSC to the Kubernetes cluster that it names',
    }));
  if (PSC_NAME.test(metadata.name)) return strangers;
  const badName = {
    field: 'metadata.name',
    value: metadata.name,
    rule: 'a PSC name is a DNS label of at most 40 characters that starts with a letter',
    remedy: 'Choose a shorter or simpler name',
  };
  return [badName, ...strangers];
}

const PSC_NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

function placementViolations(
  field: string,
  prefix: string,
  pods: readonly PlacedPod[],
  dataPlane: DataPlane,
): readonly PscViolation[] {
  const strayZones = [...new Set(pods.map(({ zone }) => zone))]
    .filter((zone) => !dataPlane.zones.includes(zone))
    .map((zone) => ({
      field,
      value: zone,
      rule: `the data plane has the zones ${dataPlane.zones.join(', ')}`,
      remedy: 'Place the pods in one of these',
    }));
  // A StatefulSet makes pods 0 … n-1: any other set of names cannot exist.
  const names = pods.map(({ name }) => name);
  const wanted = pods.map((_, index) => `${prefix}-${index}`);
  if (names.every((name, index) => name === wanted[index])) return strayZones;
  const gap = {
    field,
    value: names.join(', '),
    rule: `the pods must be ${prefix}-0 to ${prefix}-${pods.length - 1}, each once`,
    remedy: 'Close the gap or remove the repetition',
  };
  return [...strayZones, gap];
}

function countViolations(brokers: readonly PlacedPod[], controllers: readonly PlacedPod[]): readonly PscViolation[] {
  const violations: PscViolation[] = [];
  if (brokers.length < REPLICATION_FACTOR) {
    violations.push({
      field: 'spec.kafka.placement',
      value: `${brokers.length} brokers`,
      rule: `replication factor ${REPLICATION_FACTOR} needs at least ${REPLICATION_FACTOR} brokers`,
      remedy: 'Place more brokers',
    });
  }
  if (controllers.length !== CONTROLLER_COUNT) {
    violations.push({
      field: 'spec.kafka.controllers.placement',
      value: `${controllers.length} controllers`,
      rule: `a quorum has ${CONTROLLER_COUNT} controllers`,
      remedy: `Place controller-0 to controller-${CONTROLLER_COUNT - 1}`,
    });
  }
  return violations;
}
