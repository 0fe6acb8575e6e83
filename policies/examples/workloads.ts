import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { Example } from '../rule.ts';
import { change, type FieldPath } from './change.ts';
import { changed, cronJob, daemonSet, deployment, job, pod, statefulSet } from './objects.ts';

/** A Deployment whose pod spec has one field set (or removed: undefined). */
export function podWith(title: string, path: FieldPath, value: unknown): Example {
  return { title, objects: [change(deployment(), ['spec', 'template', 'spec', ...path], value)] };
}

/** The same with several fields. */
export function podWithAll(title: string, changes: readonly (readonly [FieldPath, unknown])[]): Example {
  const ofPodSpec = changes.map(([path, value]) => [['spec', 'template', 'spec', ...path], value] as const);
  return { title, objects: [changed(deployment(), ofPodSpec)] };
}

/** A Deployment whose only main container has one field set (or removed: undefined). */
export function containerWith(title: string, path: FieldPath, value: unknown): Example {
  return podWith(title, ['containers', 0, ...path], value);
}

/** The same for the init container. */
export function initContainerWith(title: string, path: FieldPath, value: unknown): Example {
  return podWith(title, ['initContainers', 0, ...path], value);
}

/** One example per kind that carries a pod template, with one field of its pod spec set. */
export function everyWorkloadWith(title: string, path: FieldPath, value: unknown): readonly Example[] {
  return WORKLOADS.map(([object, podSpecPath]) => ({
    title: `${title} (${object.kind})`,
    objects: [change(object, [...podSpecPath, ...path], value)],
  }));
}

/** One good example per kind that carries a pod template. */
export const EVERY_GOOD_WORKLOAD: readonly Example[] = [
  deployment(),
  statefulSet(),
  daemonSet(),
  job(),
  cronJob(),
  pod(),
].map((object) => ({ title: `a good ${object.kind}`, objects: [object] }));

export const GOOD_DEPLOYMENT: Example = { title: 'a good Deployment', objects: [deployment()] };

const WORKLOADS: readonly (readonly [KubernetesObject, FieldPath])[] = [
  [deployment(), ['spec', 'template', 'spec']],
  [statefulSet(), ['spec', 'template', 'spec']],
  [daemonSet(), ['spec', 'template', 'spec']],
  [job(), ['spec', 'template', 'spec']],
  [cronJob(), ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  [pod(), ['spec']],
];
