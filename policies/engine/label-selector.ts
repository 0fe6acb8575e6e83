import { type LabelSelector, selectsLabels } from '../../contracts/label-selector.ts';

export type { LabelSelector };

/** Whether the selector selects an object with these labels. An operator that Kubernetes does not know selects nothing. */
export function selects(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selectsLabels(selector, labels, () => false);
}
