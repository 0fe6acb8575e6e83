import { nameProblem, problemUnless } from './input-problems.ts';
import type { InputProblem } from './input-problems.ts';
import type { NodeClassArgs } from './region-args.ts';

/** What a cloud asks of an instance class, and how many nodes it admits in a pool. */
export interface NodeClassRules {
  readonly instanceClass: { readonly form: RegExp; readonly rule: string };
  readonly maxNodes: number;
}

/** What is wrong with each class of nodes by itself, and with their names together. */
export function nodeClassProblems(
  classes: readonly NodeClassArgs[],
  { instanceClass: { form, rule }, maxNodes }: NodeClassRules,
): readonly InputProblem[] {
  const names = classes.map(({ name }) => name);
  return classes.flatMap(({ name, instanceClass, minPerZone, maxPerZone }, index) => {
    const path = `cluster.nodeClasses[${index}]`;
    return [
      ...nameProblem(`${path}.name`, name, MAX_CLASS_NAME),
      ...problemUnless(names.indexOf(name) === index, `${path}.name`, name, 'another class has this name'),
      ...problemUnless(form.test(instanceClass), `${path}.instanceClass`, instanceClass, rule),
      ...problemUnless(
        Number.isInteger(minPerZone) && minPerZone >= 0,
        `${path}.minPerZone`,
        String(minPerZone),
        'a whole number, 0 or more',
      ),
      ...problemUnless(
        Number.isInteger(maxPerZone) && maxPerZone >= Math.max(1, minPerZone) && maxPerZone <= maxNodes,
        `${path}.maxPerZone`,
        String(maxPerZone),
        `a whole number from minPerZone, at least 1, to ${maxNodes}`,
      ),
    ];
  });
}

/** A label's value. */
const MAX_CLASS_NAME = 63;
