import { clientConfigMapHash } from '../../constructs/kubernetes/client/client-objects.ts';
import type { ClientStages } from '../../constructs/kubernetes/client/client-stages.ts';
import { CONFIG_HASH_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../../constructs/kubernetes/kafka/pod-template.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { nextWindow } from '../../contracts/maintenance-windows.ts';
import { OUTSIDE_WINDOW } from '../psc/hold-up.ts';
import { intended, isAsIntended } from '../psc/intent.ts';
import { objectKey } from '../psc/observed.ts';
import { removals, type Wait } from '../psc/plan.ts';
import type { ConnectRules } from '../connect/rules.ts';
import type { KafkaStanding } from './kafka-standing.ts';
import type { ObservedClient } from './observed.ts';
import type { ClientWrite } from './plan.ts';

export interface ClientObjectsPlan {
  readonly writes: readonly ClientWrite[];
  readonly waits: readonly Wait[];
}

/** Pod template of a StatefulSet, as far as it matters whether it is the same. */
interface Template {
  readonly templateHash: string;
  readonly configHash: string;
}

/**
 * The cluster's objects: network, files and volumes at any time; pods only once their Kafka lets them in, and new ones in place of
 * some that work only while that Kafka serves, in a maintenance window.
 */
export function planClientObjects(
  observed: ObservedClient,
  stages: ClientStages,
  kafka: KafkaStanding,
  rules: ConnectRules,
): ClientObjectsPlan {
  const set = statefulSetOf(stages);
  const obstacle = podsObstacle(observed, set, kafka, rules);
  const pods = stages.pods.filter((object) => object !== set || obstacle === undefined);
  const needsAccess = observed.access.state !== 'whole' && kafka.standing !== 'away';
  return {
    writes: [
      ...(needsAccess ? [{ kind: 'grant-access' } as const] : []),
      ...applies(observed, [...stages.network, ...stages.config, ...claims(observed, stages), ...pods]),
      ...unusedConfigs(observed, stages),
    ],
    waits: obstacle === undefined ? [] : [obstacle],
  };
}

/** @throws Error for stages without one: our own mistake */
export function statefulSetOf({ pods }: ClientStages): KubernetesObject {
  const set = pods.find(({ kind }) => kind === 'StatefulSet');
  if (set === undefined) throw new Error('a cluster was rendered without pods');
  return set;
}

export function templateOf(set: KubernetesObject): Template {
  const { spec } = set as { readonly spec?: { readonly template?: { readonly metadata?: AnnotatedMetadata } } };
  const annotations = spec?.template?.metadata?.annotations ?? {};
  return {
    templateHash: annotations[TEMPLATE_HASH_ANNOTATION] ?? '',
    configHash: annotations[CONFIG_HASH_ANNOTATION] ?? '',
  };
}

interface AnnotatedMetadata {
  readonly annotations?: Readonly<Record<string, string>>;
}

export function isSameTemplate(a: Template, b: Template): boolean {
  return a.templateHash === b.templateHash && a.configHash === b.configHash;
}

/** What keeps pods from coming, or from being replaced. */
function podsObstacle(
  { psc, objects, pods, access, nowMs }: ObservedClient,
  set: KubernetesObject,
  kafka: KafkaStanding,
  { isMaintenanceTime }: ConnectRules,
): Wait | undefined {
  const made = objects.get(objectKey(set));
  if (made === undefined) {
    if (kafka.standing !== 'ready') return { task: 'pods', reason: 'KafkaNotReady', message: kafka.reason };
    if (access.state === 'whole') return undefined;
    return { task: 'credentials', reason: 'WaitingForCredentials', message: access.reason };
  }
  const isReplacing = !isSameTemplate(templateOf(made), templateOf(set));
  if (!isReplacing) return undefined;
  // A pod that is replaced now would not come back.
  if (kafka.standing === 'away') return { task: 'roll', reason: 'KafkaNotReady', message: kafka.reason };
  const windows = psc.spec.maintenanceWindows ?? [];
  const works = pods.some(({ ready, isTerminating }) => ready === 'True' && !isTerminating);
  if (!works || isMaintenanceTime(windows, nowMs)) return undefined;
  const message = `pods that work are replaced from ${nextWindow(windows, nowMs) ?? ''} on`;
  return { task: 'roll', reason: OUTSIDE_WINDOW, message };
}

function applies({ objects, psc }: ObservedClient, wanted: readonly KubernetesObject[]): readonly ClientWrite[] {
  return wanted
    .map((object) => intended(object, psc))
    .filter((object) => !isAsIntended(objects.get(objectKey(object)), object))
    .map((object) => ({ kind: 'apply', object }));
}

/** Volumes never shrink: one that somebody grew outside is accepted as it is. */
function claims({ claims: made }: ObservedClient, { volumes }: ClientStages): readonly KubernetesObject[] {
  return volumes.map((claim) => {
    const { spec } = claim as { readonly spec?: Readonly<Record<string, unknown>> };
    const wantedGib = Number(/^(\d+)Gi$/.exec(storageOf(spec))?.[1] ?? 0);
    const gib = made.find(({ name }) => name === claim.metadata.name)?.requestedGib ?? 0;
    return gib <= wantedGib ? claim : { ...claim, spec: { ...spec, resources: { requests: { storage: `${gib}Gi` } } } };
  });
}

function storageOf(spec: Readonly<Record<string, unknown>> | undefined): string {
  const { resources } = (spec ?? {}) as { readonly resources?: { readonly requests?: { readonly storage?: string } } };
  return resources?.requests?.storage ?? '';
}

/** Files that no pod, no template and no spec refers to any longer. */
function unusedConfigs({ objects, pods }: ObservedClient, stages: ClientStages): readonly ClientWrite[] {
  const set = statefulSetOf(stages);
  const made = objects.get(objectKey(set));
  const used = new Set([
    templateOf(set).configHash,
    ...(made === undefined ? [] : [templateOf(made).configHash]),
    ...pods.map(({ configHash }) => configHash),
  ]);
  return removals(
    [...objects.values()].filter((object) => {
      const hash = clientConfigMapHash(object);
      return hash !== undefined && !used.has(hash);
    }),
  );
}
