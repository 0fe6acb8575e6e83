import type { KubernetesClusterConfig, StackConfig } from './stack-config.ts';
import { SynthesisError } from './synthesis-error.ts';

/**
 * Name of the node class of `cluster` whose nodes are of `instanceClass`; one that is for brokers before any other.
 *
 * @throws SynthesisError when the cluster has no such nodes
 */
export function nodeClassFor(
  { stack }: StackConfig,
  { name, nodeClasses }: KubernetesClusterConfig,
  instanceClass: string,
  whose: string,
): string {
  const fitting = nodeClasses.filter((nodeClass) => nodeClass.instanceClass === instanceClass);
  const chosen = fitting.find(({ purpose }) => purpose === 'brokers') ?? fitting[0];
  if (chosen !== undefined) return chosen.name;
  throw new SynthesisError(stack, [
    {
      field: `kubernetesClusters[${name}].nodeClasses`,
      value: nodeClasses.map((nodeClass) => nodeClass.instanceClass).join(', '),
      rule: `the ${whose} need nodes of ${instanceClass}`,
      hint: `Add a node class with instanceClass ${instanceClass} and purpose brokers`,
    },
  ]);
}
