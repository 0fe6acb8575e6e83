import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { kubectl } from '../../../local/kubernetes/region-control-plane.ts';
import type { RegionLayout } from '../../../local/region/layout.ts';
import { runningRegion } from '../../../local/region/running-region.ts';

/** A namespace of one test file in the running region, and the administrator's hands in it. */
export interface TestNamespace {
  readonly name: string;
  /** Makes objects of this namespace, or changes them, whatever namespace they name. */
  readonly apply: (...objects: readonly KubernetesObject[]) => Promise<void>;
  /** Output of kubectl. @throws ToolError when it fails */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  /** Parsed output of `kubectl get`. */
  readonly get: <T>(...args: readonly string[]) => Promise<T>;
  /** What a script of bash prints in a pod. @throws ToolError when it ends with an error */
  readonly run: (pod: string, script: string) => Promise<string>;
  /** Resolves when the namespace and all that was in it are gone. */
  readonly remove: () => Promise<void>;
}

/** Labels of a namespace that admits pods of the restricted profile only. */
export const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/enforce-version': 'latest',
} as const;

/** Makes a namespace with a name that no other test has. */
export async function testNamespace(
  layout: RegionLayout,
  { prefix = 'proof', labels = RESTRICTED }: Partial<NamespaceOptions> = {},
): Promise<TestNamespace> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const { kubernetes } = await runningRegion(layout);
  const call = async (args: readonly string[], input?: string): Promise<string> =>
    await kubectl(layout, kubernetes, [`--namespace=${name}`, ...args], input);
  const apply = async (items: readonly KubernetesObject[]): Promise<void> => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await call(['apply', '--server-side', '--force-conflicts', '--field-manager=test', '-f', '-'], list);
  };
  await apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }]);
  return {
    name,
    apply: async (...objects) => {
      await apply(objects.map((each) => ({ ...each, metadata: { ...each.metadata, namespace: name } })));
    },
    kubectl: async (...args) => await call(args),
    get: async <T>(...args: readonly string[]) => JSON.parse(await call(['get', '--output=json', ...args])) as T,
    run: async (pod, script) => await call(['exec', pod, '--', 'bash', '-c', script]),
    remove: async () => {
      await call(['delete', 'namespace', name, '--ignore-not-found', '--wait', '--timeout=50s']);
    },
  };
}

interface NamespaceOptions {
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
}
