import { LABELS } from '../contracts/labels.ts';
import { PRECREATED_ONLY_STORAGE_CLASS } from '../contracts/names.ts';
import type { RuleParameters } from './rule.ts';

/**
 * CEL variables that several rules use, in an order in which each needs only earlier ones. `anyKind` is the object
 * without its type, for paths that only some of a rule's kinds have.
 */
export const SHARED_VARIABLES: Readonly<Record<string, string>> = {
  anyKind: 'dyn(object)',
  podTemplate:
    'has(variables.anyKind.spec.jobTemplate) ? variables.anyKind.spec.jobTemplate.spec.template : ' +
    'has(variables.anyKind.spec.template) ? variables.anyKind.spec.template : variables.anyKind',
  podSpec: 'variables.podTemplate.spec',
  podLabels: 'variables.podTemplate.?metadata.?labels.orValue({})',
  /** Init containers too: what holds for one container of a pod holds for each. */
  containers: 'variables.podSpec.containers + variables.podSpec.?initContainers.orValue([])',
  kafkaRole: `variables.podLabels[?'${LABELS.role}'].orValue('')`,
  claimTemplates: 'variables.anyKind.spec.?volumeClaimTemplates.orValue([])',
  /** The pods follow volumes that were made for them in a zone. */
  zonePinned: `variables.claimTemplates.exists(t, t.spec.?storageClassName.orValue('') == '${PRECREATED_ONLY_STORAGE_CLASS}')`,
  /** A role without rules comes with null at admission and without the field at synth. */
  roleRules: 'has(object.rules) && dyn(object.rules) != null ? object.rules : []',
};

/** CEL variables whose value differs from stack to stack: a list of strings each. */
export function parameterVariables(parameters: RuleParameters): Readonly<Record<string, readonly string[]>> {
  return { registries: parameters.registries };
}
