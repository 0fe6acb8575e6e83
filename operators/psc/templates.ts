import type { KafkaRole } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import { configMapName } from '../../constructs/kubernetes/kafka/config-maps.ts';
import { parseProperties } from '../../constructs/kubernetes/kafka/properties.ts';
import { CONFIG_HASH_ANNOTATION, TEMPLATE_HASH_ANNOTATION } from '../../constructs/kubernetes/kafka/pod-template.ts';
import { isPlatformOwned } from '../../constructs/kubernetes/kafka/user-config.ts';
import { STATEFUL_SETS } from '../../constructs/kubernetes/kafka/stateful-sets.ts';
import type { ClusterView } from '../../constructs/kubernetes/kafka/cluster-view.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { ANNOTATIONS } from '../../contracts/labels.ts';
import type { Member } from './classify.ts';
import { holds } from './intent.ts';
import { objectKey, type Observed } from './observed.ts';

/** Template of the pods of one role, and the hashes that its pods carry. */
export interface PodTemplate {
  readonly templateHash: string;
  readonly configHash: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Pod templates of one role: what the spec asks for, what new pods get now, and what was seen to work last. */
export interface RoleTemplates {
  readonly wanted: PodTemplate;
  /** Absent before the StatefulSet is there. */
  readonly current?: PodTemplate;
  readonly lastGood?: PodTemplate;
}

/** Names a template among those of its role, in the status and to people. */
export function templateId({ templateHash, configHash }: PodTemplate): string {
  return `${templateHash}-${configHash}`;
}

export function roleTemplates(
  view: ClusterView,
  role: KafkaRole,
  rendered: ReadonlyMap<string, KubernetesObject>,
  { objects }: Pick<Observed, 'objects'>,
): RoleTemplates {
  const key = statefulSetKey(view, role);
  const wanted = templateOf(rendered.get(key));
  if (wanted === undefined) throw new Error(`${view.name} is rendered without a pod template of role ${role}`);
  const stored = objects.get(key);
  if (stored === undefined) return { wanted };
  const current = templateOf(stored);
  const text = stored.metadata.annotations?.[ANNOTATIONS.lastGoodTemplate];
  const lastGood = text === undefined ? undefined : lastGoodOf(stored, text);
  return { wanted, ...(current === undefined ? {} : { current }), ...(lastGood === undefined ? {} : { lastGood }) };
}

/** Key of a role's StatefulSet among the PSC's objects. */
export function statefulSetKey({ namespace }: Pick<ClusterView, 'namespace'>, role: KafkaRole): string {
  return objectKey({ kind: 'StatefulSet', metadata: { namespace, name: STATEFUL_SETS[role] } });
}

/**
 * The template that new pods shall get: the wanted one, or the last good one once the wanted one was seen to fail. A spec that
 * asks for something else than what failed is tried.
 */
export function templateToServe(templates: RoleTemplates, refused: string | undefined): PodTemplate {
  const { wanted, lastGood } = templates;
  return refused === templateId(wanted) && lastGood !== undefined ? lastGood : wanted;
}

/**
 * The template to fall back to beside `served`: the current one once every pod works with it, else what worked before it; in a
 * cluster that never was whole, one that was not seen to fail.
 */
export function templateToKeep(
  templates: RoleTemplates,
  served: PodTemplate,
  members: readonly Member[],
): PodTemplate | undefined {
  const { current, lastGood } = templates;
  if (current === undefined) return undefined;
  const works = (each: Member): boolean => each.state === 'InSync' && hasTemplate(each, current);
  if (members.every(works)) return current;
  if (lastGood !== undefined || templateId(current) === templateId(served)) return lastGood;
  return members.some((each) => each.state === 'Failed' && hasTemplate(each, current)) ? undefined : current;
}

/** Whether the pod was made from the template. */
export function hasTemplate({ pod }: Member, { templateHash, configHash }: PodTemplate): boolean {
  return pod?.templateHash === templateHash && pod.configHash === configHash;
}

/** Whether pods of both templates fit on the same nodes: what one finds no node for, the other would not either. */
export function fitAlike(a: PodTemplate, b: PodTemplate): boolean {
  const needsOf = ({ content }: PodTemplate): readonly unknown[] => {
    const { spec = {} } = content as { readonly spec?: PodNeeds };
    const resources = [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map(
      (container) => container.resources,
    );
    return [spec.nodeSelector, spec.tolerations, ...resources];
  };
  return holds(needsOf(a), needsOf(b)) || holds(needsOf(b), needsOf(a));
}

interface PodNeeds {
  readonly nodeSelector?: unknown;
  readonly tolerations?: unknown;
  readonly containers?: readonly { readonly resources?: unknown }[];
  readonly initContainers?: readonly { readonly resources?: unknown }[];
}

/** What of a difference between two sets of a role's files asks for a restart. */
export type FileChange =
  | { readonly kind: 'none' }
  /** Only settings that brokers take while they run. */
  | { readonly kind: 'dynamic'; readonly settings: Readonly<Record<string, string>> }
  | { readonly kind: 'restart' };

/** Compares the files that a pod has read with those that it would read now. */
export function fileChange(
  view: ClusterView,
  role: KafkaRole,
  { from, to }: { readonly from: string; readonly to: string },
  observed: Pick<Observed, 'objects' | 'kafka'>,
  rendered: ReadonlyMap<string, KubernetesObject>,
): FileChange {
  if (from === to) return { kind: 'none' };
  // What a broker calls dynamic holds for controllers too: both follow the settings that the quorum stores.
  if (observed.kafka.state === 'unreachable') return { kind: 'restart' };
  const contentOf = (hash: string): Readonly<Record<string, string>> | undefined => {
    const key = objectKey({
      kind: 'ConfigMap',
      metadata: { namespace: view.namespace, name: configMapName(role, hash) },
    });
    return dataOf(rendered.get(key) ?? observed.objects.get(key));
  };
  const before = contentOf(from);
  const after = contentOf(to);
  if (before === undefined || after === undefined) return { kind: 'restart' };
  const properties = `${role}.properties`;
  const files = new Set([...Object.keys(before), ...Object.keys(after)]);
  files.delete(properties);
  if ([...files].some((file) => before[file] !== after[file])) return { kind: 'restart' };
  return settingsChange(
    parseProperties(before[properties] ?? ''),
    parseProperties(after[properties] ?? ''),
    observed.kafka.dynamicSettings,
  );
}

function settingsChange(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  dynamic: ReadonlySet<string>,
): FileChange {
  // What is taken away stays in force in a running broker: its own file still says it.
  if ([...before.keys()].some((key) => !after.has(key))) return { kind: 'restart' };
  const changed = [...after].filter(([key, value]) => before.get(key) !== value);
  // Nobody sets in running brokers what the platform owns: it follows from other parts of the spec.
  if (changed.some(([key]) => !dynamic.has(key) || isPlatformOwned(key))) return { kind: 'restart' };
  return { kind: 'dynamic', settings: Object.fromEntries(changed) };
}

function dataOf(object: KubernetesObject | undefined): Readonly<Record<string, string>> | undefined {
  return (object as { readonly data?: Readonly<Record<string, string>> } | undefined)?.data;
}

interface StatefulSetSpec {
  readonly spec?: { readonly template?: Readonly<Record<string, unknown>> };
}

function templateOf(statefulSet: KubernetesObject | undefined): PodTemplate | undefined {
  const template = (statefulSet as StatefulSetSpec | undefined)?.spec?.template;
  return template === undefined ? undefined : withHashes(template);
}

function lastGoodOf(stored: KubernetesObject, text: string): PodTemplate {
  const kept = LAST_GOOD.get(stored);
  if (kept !== undefined) return kept;
  const parsed = parseTemplate(text);
  LAST_GOOD.set(stored, parsed);
  return parsed;
}

/** Of stored StatefulSets, which are never changed in place. */
const LAST_GOOD = new WeakMap<object, PodTemplate>();

function parseTemplate(text: string): PodTemplate {
  return withHashes(JSON.parse(text) as Readonly<Record<string, unknown>>);
}

function withHashes(content: Readonly<Record<string, unknown>>): PodTemplate {
  const { annotations = {} } = (content['metadata'] ?? {}) as {
    readonly annotations?: Readonly<Record<string, string>>;
  };
  return {
    content,
    templateHash: annotations[TEMPLATE_HASH_ANNOTATION] ?? '',
    configHash: annotations[CONFIG_HASH_ANNOTATION] ?? '',
  };
}
