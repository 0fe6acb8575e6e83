import { LABELS, PART_OF } from '../../../contracts/labels.ts';
import type { ClusterView, KafkaRole } from './cluster-view.ts';

/** Labels of every object of a PSC. */
export function objectLabels(view: ClusterView): Readonly<Record<string, string>> {
  return {
    [LABELS.name]: 'kafka',
    [LABELS.instance]: view.name,
    [LABELS.partOf]: PART_OF,
    [LABELS.managedBy]: 'flotilla-operator',
    [LABELS.psc]: view.name,
    [LABELS.tenant]: view.tenant,
  };
}

/** Labels of the objects of one role. */
export function roleLabels(view: ClusterView, role: KafkaRole): Readonly<Record<string, string>> {
  return { ...objectLabels(view), [LABELS.component]: role, [LABELS.role]: role };
}

/** What selects the pods of one role. Part of immutable fields: it never changes. */
export function podSelector(view: ClusterView, role: KafkaRole): Readonly<Record<string, string>> {
  return { [LABELS.psc]: view.name, [LABELS.role]: role };
}
