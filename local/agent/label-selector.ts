import { type LabelSelector, selectsLabels } from '../../contracts/label-selector.ts';

/**
 * Whether labels are those that a selector asks for; an empty selector asks for nothing.
 *
 * @throws RangeError for an operator that Kubernetes does not have
 */
export function matchesSelector(selector: LabelSelector, labels: Readonly<Record<string, string>> = {}): boolean {
  return selectsLabels(selector, labels, (operator) => {
    throw new RangeError(`${operator} is no operator of a label selector`);
  });
}
