import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/** A small stack's worth of objects, in an order that only the stages put right. */
export function fixtureObjects(): readonly KubernetesObject[] {
  return [
    widget('first'),
    configMap('settings', { size: '1' }),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'server', namespace: 'shop' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'server' } },
        template: {
          metadata: { labels: { app: 'server' } },
          // Quantities that the API server writes differently must not look like changes.
          spec: {
            containers: [
              { name: 'server', image: 'registry.example/server:1', resources: { requests: { cpu: '1000m' } } },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'zonal' },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'zonal' },
      provisioner: 'example.com/none',
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'names' },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        },
        validations: [{ expression: 'object.metadata.name != "forbidden"', message: 'this name is forbidden' }],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'names' },
      spec: { policyName: 'names', validationActions: ['Deny'] },
    },
    WIDGET_DEFINITION,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  ];
}

export function configMap(name: string, data: Readonly<Record<string, string>> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' }, data };
}

export function widget(name: string): KubernetesObject {
  return { apiVersion: 'shop.test/v1', kind: 'Widget', metadata: { name, namespace: 'shop' }, spec: { color: 'red' } };
}

const WIDGET_DEFINITION: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.shop.test' },
  spec: {
    group: 'shop.test',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', properties: { color: { type: 'string' } } } },
          },
        },
      },
    ],
  },
};
