import { describe, expect, test } from '@jest/globals';
import { evaluate } from '@marcbachmann/cel-js';
import { CONFINEMENT_RULES } from '../../../../constructs/kubernetes/data-plane/confinement.ts';

/** The parts of an admission request that the rules look at. */
interface Request {
  readonly resource: string;
  readonly name: string;
  readonly operation?: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly namespace?: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly object?: object;
}

const PSC_NAMESPACE = { name: 'psc-orders', labels: { 'flotilla.dev/psc': 'orders' } };

describe("the data plane's services", () => {
  test.each<[string, Request]>([
    ['a Secret of a PSC', { resource: 'secrets', name: 'kafka-tls', namespace: PSC_NAMESPACE }],
    ['their lease', { resource: 'leases', name: 'operator', namespace: { name: 'flotilla-system' } }],
    [
      'a route of the gateway',
      { resource: 'configmaps', name: 'route-orders', namespace: { name: 'flotilla-gateway' } },
    ],
    ['the namespace of a PSC', { resource: 'namespaces', name: 'psc-orders' }],
    ['storage classes of a key', { resource: 'storageclasses', name: 'flotilla-orders-zone-a' }],
    [
      'a binding of the zone reader',
      { resource: 'clusterrolebindings', name: 'x', object: bindingTo('flotilla-node-zone-reader') },
    ],
    [
      'a volume that a PSC has let go of',
      { resource: 'persistentvolumes', name: 'pv-1', operation: 'UPDATE', object: volume('psc-orders', 'Released') },
    ],
    ["a wish for a PSC's authority", authorityRequest({})],
  ])('may write %s', (_, request) => {
    expect(refusals(request)).toEqual([]);
  });

  test.each<[string, Request]>([
    ['a Secret of the cluster', { resource: 'secrets', name: 'x', namespace: { name: 'kube-system' } }],
    [
      'a Secret of the control plane',
      { resource: 'secrets', name: 'x', namespace: { name: 'flotilla-control-plane', labels: {} } },
    ],
    [
      'a Deployment of the gateway',
      { resource: 'deployments', name: 'gateway', namespace: { name: 'flotilla-gateway' } },
    ],
    ['a namespace of others', { resource: 'namespaces', name: 'kube-system', operation: 'DELETE' }],
    [
      'a volume that is in use',
      { resource: 'persistentvolumes', name: 'pv-1', operation: 'UPDATE', object: volume('psc-orders', 'Bound') },
    ],
    [
      'a volume of others',
      { resource: 'persistentvolumes', name: 'pv-1', operation: 'UPDATE', object: volume('default', 'Released') },
    ],
    [
      'away a volume',
      { resource: 'persistentvolumes', name: 'pv-1', operation: 'DELETE', object: volume('psc-orders', 'Released') },
    ],
    ['a storage class of others', { resource: 'storageclasses', name: 'gp3' }],
    ['a binding of any other role', { resource: 'clusterrolebindings', name: 'x', object: bindingTo('cluster-admin') }],
    [
      'away a binding of any other role',
      { resource: 'clusterrolebindings', name: 'x', operation: 'DELETE', object: bindingTo('view') },
    ],
    ['a wish for a certificate that is no authority', authorityRequest({ isCA: false })],
    ['a wish for an authority in a Secret of others', authorityRequest({ secretName: 'mothership-credentials' })],
    ["a wish for an authority in a PSC's namespace", { ...authorityRequest({}), namespace: PSC_NAMESPACE }],
    ["away a wish for a PSC's authority", { ...authorityRequest({}), operation: 'DELETE' }],
  ])('may not write %s', (_, request) => {
    expect(refusals(request)).toHaveLength(1);
  });
});

function refusals(request: Request): readonly string[] {
  const { resource, name, operation = 'CREATE', namespace } = request;
  const context = {
    request: { resource: { resource }, name, operation },
    namespaceObject: namespace === undefined ? null : { metadata: namespace },
    object: operation === 'DELETE' ? null : request.object,
    oldObject: operation === 'CREATE' ? null : request.object,
  };
  return CONFINEMENT_RULES.filter(({ expression }) => evaluate(expression, context) !== true).map(
    ({ message }) => message,
  );
}

function authorityRequest(change: object): Request {
  return {
    resource: 'certificates',
    name: 'orders-ca',
    namespace: { name: 'flotilla-system' },
    object: { spec: { isCA: true, secretName: 'orders-ca-issued', ...change } },
  };
}

function volume(namespace: string, phase: string): object {
  return { spec: { claimRef: { namespace } }, status: { phase } };
}

function bindingTo(name: string): object {
  return { roleRef: { name } };
}
