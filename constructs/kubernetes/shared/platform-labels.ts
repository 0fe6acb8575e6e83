import { LABELS, PART_OF } from '../../../contracts/labels.ts';

/** Labels of every object that a stack makes beside what belongs to a PSC. */
export function stackLabels(stack: string): Readonly<Record<string, string>> {
  return { [LABELS.partOf]: PART_OF, [LABELS.managedBy]: PART_OF, [LABELS.stack]: stack };
}

/** Labels by which one part's pods are selected; they never change while the part lives. */
export function selectorLabels(name: string): Record<string, string> {
  return { [LABELS.name]: name, [LABELS.partOf]: PART_OF };
}

/** Label of namespaces whose pods may scrape metrics. */
export const METRICS_READER_LABEL = 'flotilla.dev/metrics-reader';

/** Label that Kubernetes itself puts on every namespace. */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';
