import type { KafkaRole } from '../../../constructs/kubernetes/kafka/cluster-view.ts';
import { configMapHash } from '../../../constructs/kubernetes/kafka/config-maps.ts';
import { renderKafkaClusterStages } from '../../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { TEMPLATE_HASH_ANNOTATION } from '../../../constructs/kubernetes/kafka/pod-template.ts';
import { parseProperties } from '../../../constructs/kubernetes/kafka/properties.ts';
import { STATEFUL_SETS } from '../../../constructs/kubernetes/kafka/stateful-sets.ts';
import type { DataPlane } from '../../../contracts/data-plane.ts';
import { LABELS } from '../../../contracts/labels.ts';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { fieldOf } from './apply-intent.ts';
import { DYNAMIC_SETTINGS } from './settings-model.ts';
import type { PodRecord } from './pod-record.ts';

interface WantedPod {
  readonly templateHash: string;
  readonly files: Readonly<Record<string, string>>;
}

/** What the pods of a spec read and run. */
export type Wanted = Readonly<Record<KafkaRole, WantedPod>>;

/** By the renderer alone, without any of the operator's own logic. */
export function wantedOf(psc: PhysicalStatefulCluster, dataPlane: DataPlane): Wanted {
  const known = rendered.get(psc.spec);
  if (known !== undefined) return known;
  const wanted = render(psc, dataPlane);
  rendered.set(psc.spec, wanted);
  return wanted;
}

/** Rendering is dear, and a spec is never changed in place. */
const rendered = new WeakMap<PhysicalStatefulCluster['spec'], Wanted>();

function render(psc: PhysicalStatefulCluster, dataPlane: DataPlane): Wanted {
  const { config, pods } = renderKafkaClusterStages(psc, dataPlane);
  const ofRole = (role: KafkaRole): WantedPod => {
    const set = pods.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === STATEFUL_SETS[role]);
    const map = config.find(
      (object) => configMapHash(object) !== undefined && object.metadata.labels?.[LABELS.role] === role,
    );
    const hash = fieldOf(set, 'spec', 'template', 'metadata', 'annotations', TEMPLATE_HASH_ANNOTATION);
    return { templateHash: String(hash), files: map?.['data'] as Readonly<Record<string, string>> };
  };
  return { broker: ofRole('broker'), controller: ofRole('controller') };
}

/** Whether the pod must be replaced to be as the spec has it: what running brokers take counts as no reason. */
export function needsRestart({ role, facts, files }: PodRecord, wanted: Wanted): boolean {
  const target = wanted[role];
  if (facts.annotations[TEMPLATE_HASH_ANNOTATION] !== target.templateHash) return true;
  if (files === undefined) return false;
  return Object.entries(target.files).some(([file, content]) => {
    const before = files[file];
    if (before === content) return false;
    return before === undefined || !file.endsWith('.properties') || !differsDynamicallyOnly(before, content);
  });
}

function differsDynamicallyOnly(before: string, after: string): boolean {
  const [from, to] = [parseProperties(before), parseProperties(after)];
  // A setting that was taken away stays in force until the process ends.
  if ([...from.keys()].some((key) => !to.has(key))) return false;
  return [...to].every(([key, value]) => from.get(key) === value || DYNAMIC_SETTINGS.has(key));
}
