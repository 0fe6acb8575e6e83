import type { KafkaRole } from '../../../../constructs/kubernetes/kafka/cluster-view.ts';
import { LABELS } from '../../../../contracts/labels.ts';
import type { ObjectMetadata } from '../../../../contracts/kubernetes-object.ts';

/** What the tests look at of a Kafka pod. */
export interface FleetPod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly psc: string;
  readonly uid: string;
  readonly role: KafkaRole;
  readonly ordinal: number;
  /** Zone of its node; undefined while it has none. */
  readonly zone: string | undefined;
  readonly isRunning: boolean;
  readonly isTerminating: boolean;
  readonly isReady: boolean;
}

/** Name ▶ pod, of each PSC. */
export type PodsByPsc = Map<string, Map<string, FleetPod>>;

export interface RawFleetPod {
  readonly metadata: ObjectMetadata & { readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

export function fleetPod(
  { metadata, spec, status }: RawFleetPod,
  zoneOf: ReadonlyMap<string | undefined, string>,
): FleetPod {
  const { name, namespace = '', uid, labels = {}, deletionTimestamp } = metadata;
  return {
    metadata: { name, namespace },
    psc: labels[LABELS.psc] ?? '',
    uid,
    role: labels[LABELS.role] === 'broker' ? 'broker' : 'controller',
    ordinal: Number(name.slice(name.lastIndexOf('-') + 1)),
    zone: zoneOf.get(spec?.nodeName),
    isRunning: status?.phase === 'Running',
    isTerminating: deletionTimestamp !== undefined,
    isReady: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
  };
}

/** Holds a roll against its one rule: of the brokers of a PSC, those that do not serve are all in one zone. */
export class ZoneJudge {
  readonly violations: string[] = [];
  /** PSC ▶ pods that have been taken away since. */
  readonly replaced = new Map<string, Set<string>>();
  /** Of all PSCs, the most brokers that were away at once. */
  mostAway = 0;
  readonly #pods: PodsByPsc;
  /** PSC ▶ zone of each broker. */
  readonly #zones = new Map<string, ReadonlyMap<string, string>>();

  constructor(pods: PodsByPsc) {
    this.#pods = pods;
  }

  /** From now on a PSC is looked at. All its brokers have nodes. */
  watch(psc: string): void {
    const brokers = [...(this.#pods.get(psc)?.values() ?? [])].filter(({ role }) => role === 'broker');
    this.#zones.set(psc, new Map(brokers.map(({ metadata, zone = '' }) => [metadata.name, zone])));
    this.replaced.set(psc, new Set());
  }

  /** Something of a pod has changed. */
  saw({ psc, metadata, isTerminating }: FleetPod): void {
    const zones = this.#zones.get(psc);
    if (zones === undefined) return;
    if (isTerminating) this.replaced.get(psc)?.add(metadata.name);
    const serves = (name: string): boolean => {
      const pod = this.#pods.get(psc)?.get(name);
      return pod !== undefined && pod.isReady && !pod.isTerminating;
    };
    const away = [...zones.keys()].filter((name) => !serves(name));
    this.mostAway = Math.max(this.mostAway, away.length);
    if (new Set(away.map((name) => zones.get(name))).size > 1) this.violations.push(`${psc}: ${away.join(', ')}`);
  }
}
