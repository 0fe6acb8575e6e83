import { claimName } from '../../constructs/kubernetes/kafka/claims.ts';
import type { KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { configMapHash } from '../../constructs/kubernetes/kafka/config-maps.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { ANNOTATIONS, LABELS } from '../../contracts/labels.ts';
import type { Context } from './context.ts';
import { addedPods, replicasOf } from './gates.ts';
import { intended, isAsIntended } from './intent.ts';
import { objectKey } from './observed.ts';
import { removals, type Wait, type Write } from './plan.ts';
import { statefulSetKey } from './templates.ts';

export interface ObjectsPlan {
  readonly writes: readonly Write[];
  readonly waits: readonly Wait[];
}

/**
 * The cluster's objects in their gated order: network, names, names resolve, credentials, volumes, pods. What is there already
 * is kept as it shall be, whatever a gate holds back for new pods.
 */
export function planObjects(context: Context, claims: readonly KubernetesObject[]): ObjectsPlan {
  const { observed, rules, view, rendered, lostClaims: lost } = context;
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
          rules.claimObstacle('broker', newPods.broker, observed),
      ]
    : [];
  const [credentials, names, volumes] = gates;
  // A cluster that does not grow must hear of it too: no pod of it could come back.
  const { credentials: held } = observed;
  const lostCredentials: Wait | undefined =
    !isAdding && held.state === 'lost' ? { task: 'pods', reason: 'CredentialsLost', message: held.reason } : undefined;
  const isHeldByNames = credentials !== undefined || names !== undefined;
  const heldClaims = new Set(isHeldByNames ? newPods.broker.map(({ name }) => claimName(name)) : []);
  const wantedClaims = claims.filter(({ metadata }) => !heldClaims.has(metadata.name) && !lost.has(metadata.name));
  const obstacle = credentials ?? names ?? volumes;
  return {
    writes: [
      ...(observed.credentials.state === 'incomplete' ? [{ kind: 'issue-credentials' } as const] : []),
      ...applies(context, [...rendered.network, ...rendered.dns, ...rendered.config, ...wantedClaims]),
      ...applies(
        context,
        rendered.pods.flatMap((object) => podsObject(context, object, obstacle)),
      ),
      ...unusedConfigs(context),
    ],
    waits: [
      ...[obstacle, lostCredentials].filter((wait) => wait !== undefined),
      ...shrinkWaits(context),
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
): readonly KubernetesObject[] {
  if (object.kind !== 'StatefulSet') return [object];
  const role = roleOf(object);
  const { served, kept } = context.roles[role];
  const made = replicasOf(context.observed.objects.get(statefulSetKey(context.view, role)));
  const wanted = replicasOf(object);
  // Fewer pods than there are would lose what they hold: shrinking needs them emptied first.
  const replicas = obstacle === undefined ? Math.max(wanted, made) : made;
  if (replicas === 0) return [];
  const annotations = kept === undefined ? {} : { [ANNOTATIONS.lastGoodTemplate]: JSON.stringify(kept.content) };
  return [
    {
      ...object,
      metadata: {
        ...object.metadata,
        ...(kept === undefined ? {} : { annotations: { ...object.metadata.annotations, ...annotations } }),
      },
      spec: { ...(object['spec'] as Readonly<Record<string, unknown>>), replicas, template: served.content },
    },
  ];
}

function shrinkWaits(context: Context): readonly Wait[] {
  const { view, observed } = context;
  const made = replicasOf(observed.objects.get(statefulSetKey(view, 'broker')));
  if (made <= view.brokers.length) return [];
  const message = `${made} brokers are there, ${view.brokers.length} are placed: brokers are never taken away before they are empty`;
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

/** @throws Error for an object of no role: our own mistake */
function roleOf({ metadata }: KubernetesObject): KafkaRole {
  const role = metadata.labels?.[LABELS.role];
  if (role !== 'broker' && role !== 'controller') throw new Error(`${metadata.name} is of no role`);
  return role;
}
