import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import { ordinalOf } from '../../constructs/kubernetes/kafka/placed-pod.ts';
import { brokerOfService } from '../../constructs/kubernetes/kafka/services.ts';
import type { KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { configMapHash } from '../../constructs/kubernetes/kafka/config-maps.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { ANNOTATIONS, LABELS } from '../../contracts/labels.ts';
import type { Context, RoleContext } from './context.ts';
import { addedPods, replicasOf } from './gates.ts';
import { intended, isAsIntended } from './intent.ts';
import { objectKey } from './observed.ts';
import type { LostControllersPlan } from './plan-lost-controllers.ts';
import type { ShrinkPlan } from './plan-shrink.ts';
import { removals, type Wait, type Write } from './plan.ts';
import { returnWait } from './returning-brokers.ts';
import { statefulSetKey } from './templates.ts';

export interface ObjectsPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
}

/** What other parts of a plan say of its objects. */
export interface ObjectsChoice {
  readonly shrink: Pick<ShrinkPlan, 'marked' | 'stop' | 'leastPods'>;
  readonly lost: Pick<LostControllersPlan, 'anew' | 'mended'>;
}

/**
 * The cluster's objects in their gated order: network, names, names resolve, credentials, volumes, pods. What is there already
 * is kept as it shall be, whatever a gate holds back for new pods.
 */
export function planObjects(
  context: Context,
  claims: readonly KubernetesObject[],
  { shrink, lost: controllers }: ObjectsChoice,
): ObjectsPlan {
  const { observed, rules, view, rendered } = context;
  const lost = context.lostClaims.difference(controllers.mended);
  const newPods = {
    broker: addedPods(view, 'broker', observed.objects),
    controller: addedPods(view, 'controller', observed.objects),
  };
  const isAdding = newPods.broker.length + newPods.controller.length > 0;
  const gates: readonly (Wait | undefined)[] = isAdding
    ? [
        credentialsWait(context),
        rules.nameObstacle(view, newPods.broker, observed),
        rules.claimObstacle('controller', newPods.controller, observed) ??
          rules.claimObstacle('broker', newPods.broker, observed) ??
          returnWait(context),
      ]
    : [];
  const [credentials, names, volumes] = gates;
  // A cluster that does not grow must hear of it too: no pod of it could come back.
  const { credentials: held } = observed;
  const lostCredentials: Wait | undefined =
    !isAdding && held.state === 'lost' ? { task: 'pods', reason: 'CredentialsLost', message: held.reason } : undefined;
  const isHeldByNames = credentials !== undefined || names !== undefined;
  const heldClaims = new Set(isHeldByNames ? newPods.broker.map(({ name }) => claimName(name)) : []);
  const there = new Set(observed.claims.map(({ name }) => name));
  // Who leaves needs no new volume.
  const unneeded = new Set(view.leaving.map(({ name }) => claimName(name)).filter((name) => !there.has(name)));
  const wantedClaims = claims.filter(
    ({ metadata: { name } }) =>
      !heldClaims.has(name) && (!context.lostClaims.has(name) || controllers.anew.has(name)) && !unneeded.has(name),
  );
  const obstacle = credentials ?? names ?? volumes;
  const pods = applies(
    context,
    rendered.pods.flatMap((object) => podsObject(context, object, obstacle, shrink)),
  );
  return {
    writes: [
      ...(observed.credentials.state === 'incomplete' ? [{ kind: 'issue-credentials' } as const] : []),
      ...applies(context, [...rendered.network, ...rendered.dns, ...rendered.config, ...wantedClaims]),
      ...pods,
      ...unusedConfigs(context),
      ...unusedServices(context),
      // It is decided from objects that are as they shall be.
      ...(pods.length === 0 ? stopWrites(context, shrink) : []),
    ],
    waits: [
      ...[obstacle, lostCredentials].filter((wait) => wait !== undefined),
      ...unknownPodsWaits(context),
      ...lostWaits(lost),
    ],
  };
}

function applies({ observed }: Context, objects: readonly KubernetesObject[]): readonly Write[] {
  return objects
    .map((object) => intended(object, observed.psc))
    .filter((object) => !isAsIntended(observed.objects.get(objectKey(object)), object))
    .map((object) => ({ kind: 'apply', object }));
}

function credentialsWait({ observed: { credentials } }: Context): Wait | undefined {
  switch (credentials.state) {
    case 'whole':
      return undefined;
    case 'incomplete':
    case 'awaited':
      return { task: 'credentials', reason: 'WaitingForCredentials', message: credentials.reason };
    case 'lost':
      return { task: 'credentials', reason: 'CredentialsLost', message: credentials.reason };
  }
}

/** A StatefulSet with the template and the number of pods that the gates allow; none where its first pods may not come. */
function podsObject(
  context: Context,
  object: KubernetesObject,
  obstacle: Wait | undefined,
  { marked, leastPods }: Pick<ShrinkPlan, 'marked' | 'leastPods'>,
): readonly KubernetesObject[] {
  if (object.kind !== 'StatefulSet') return [object];
  const role = roleOf(object);
  const { view, observed } = context;
  const made = replicasOf(observed.objects.get(statefulSetKey(view, role)));
  const placed = replicasOf(object) - (role === 'broker' ? view.leaving.length : 0);
  // Fewer pods than there are would lose what they hold: they are taken one by one, once they are empty (stopWrites).
  const replicas = Math.max(obstacle === undefined ? placed : 0, made, role === 'broker' ? leastPods : 0);
  if (replicas === 0) return [];
  return [setObject(context, object, { role, replicas, ...(role === 'broker' ? { marked } : {}) })];
}

interface SetChoice {
  readonly role: KafkaRole;
  readonly replicas: number;
  readonly marked?: string | undefined;
}

function setObject(
  { roles }: Context,
  object: KubernetesObject,
  { role, replicas, marked }: SetChoice,
): KubernetesObject {
  const { served, kept } = roles[role];
  const choice = [replicas, marked, served.content, kept?.content];
  const former = CHOSEN.get(object);
  if (former?.choice.every((part, index) => part === choice[index]) === true) return former.made;
  const made = madeSet(object, { replicas, marked, served, kept });
  CHOSEN.set(object, { choice, made });
  return made;
}

/** What was made of a rendered StatefulSet last: its digest is much of a pass. */
const CHOSEN = new WeakMap<object, { readonly choice: readonly unknown[]; readonly made: KubernetesObject }>();

function madeSet(
  object: KubernetesObject,
  {
    replicas,
    marked,
    served,
    kept,
  }: Omit<SetChoice, 'role'> & Pick<RoleContext, 'served'> & { readonly kept: RoleContext['kept'] | undefined },
): KubernetesObject {
  const annotations = {
    ...object.metadata.annotations,
    ...(kept === undefined ? {} : { [ANNOTATIONS.lastGoodTemplate]: JSON.stringify(kept.content) }),
    ...(marked === undefined ? {} : { [ANNOTATIONS.stopping]: marked }),
  };
  return {
    ...object,
    metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...(object['spec'] as Readonly<Record<string, unknown>>), replicas, template: served.content },
  };
}

/** One pod fewer, only if the StatefulSet is still the one that was observed with the mark. */
function stopWrites(context: Context, { stop }: Pick<ShrinkPlan, 'stop'>): readonly Write[] {
  const { view, observed, rendered } = context;
  const stored = observed.objects.get(statefulSetKey(view, 'broker'));
  const object = rendered.pods.find((each) => each.kind === 'StatefulSet' && roleOf(each) === 'broker');
  if (stop === undefined || stored === undefined || object === undefined) return [];
  const fewer = setObject(context, object, { role: 'broker', replicas: ordinalOf(stop), marked: stop });
  const { metadata, ...rest } = intended(fewer, observed.psc);
  const { resourceVersion } = stored.metadata as { readonly resourceVersion?: string };
  return [{ kind: 'stop-broker', pod: stop, object: { ...rest, metadata: { ...metadata, resourceVersion } } }];
}

/** More pods than anybody knows of: they get rows in the status first, as brokers that leave. */
function unknownPodsWaits(context: Context): readonly Wait[] {
  const { view, observed } = context;
  const made = replicasOf(observed.objects.get(statefulSetKey(view, 'broker')));
  if (made <= view.brokers.length) return [];
  const message = `${made} brokers are there, and the status knows ${view.brokers.length}: the others are written down by their volume claims`;
  return [{ task: 'resize', reason: 'RemovingBrokers', message }];
}

function lostWaits(lost: ReadonlySet<string>): readonly Wait[] {
  if (lost.size === 0) return [];
  const message = `${[...lost].join(', ')}: gone or another than it was; an empty one is never made in its place. Restore the volume and its claim`;
  return [{ task: 'volumes', reason: 'VolumeLost', message }];
}

/** Files of roles that no pod, no template and no spec refers to any longer. */
function unusedConfigs({ observed, roles, rendered }: Context): readonly Write[] {
  const used = new Set(observed.pods.map(({ configHash }) => configHash));
  for (const { templates, served, kept } of Object.values(roles)) {
    for (const template of [templates.wanted, templates.current, templates.lastGood, served, kept]) {
      if (template !== undefined) used.add(template.configHash);
    }
  }
  const wanted = new Set(rendered.config.map(objectKey));
  const unused = [...observed.objects].flatMap(([key, object]) => {
    const hash = configMapHash(object);
    return hash === undefined || used.has(hash) || wanted.has(key) ? [] : [object];
  });
  return removals(unused);
}

/** Services of single brokers that are gone. */
function unusedServices({ observed, renderedByKey }: Context): readonly Write[] {
  return removals(
    [...observed.objects].flatMap(([key, object]) =>
      brokerOfService(object) === undefined || renderedByKey.has(key) ? [] : [object],
    ),
  );
}

/** @throws Error for an object of no role: our own mistake */
function roleOf({ metadata }: KubernetesObject): KafkaRole {
  const role = metadata.labels?.[LABELS.role];
  if (role !== 'broker' && role !== 'controller') throw new Error(`${metadata.name} is of no role`);
  return role;
}
