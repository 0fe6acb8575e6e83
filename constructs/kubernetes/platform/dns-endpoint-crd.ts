import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';

/**
 * Custom resource that external-dns reads its records from, in the fields that the platform uses and no others.
 *
 * The API server refuses a group under `k8s.io` without the address of its approval:
 * https://github.com/kubernetes-sigs/external-dns/pull/2007
 */
export const DNS_ENDPOINT_CRD: KubernetesObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'dnsendpoints.externaldns.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/external-dns/pull/2007' },
  },
  spec: {
    group: 'externaldns.k8s.io',
    names: {
      kind: 'DNSEndpoint',
      listKind: 'DNSEndpointList',
      plural: 'dnsendpoints',
      singular: 'dnsendpoint',
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: dnsEndpointSchema() },
      },
    ],
  },
};

function dnsEndpointSchema(): object {
  const text = { type: 'string' };
  const texts = { type: 'object', additionalProperties: text };
  const property = { type: 'object', properties: { name: text, value: text } };
  return {
    type: 'object',
    description: 'DNS records of one object, which external-dns writes into the zone.',
    properties: {
      apiVersion: text,
      kind: text,
      metadata: { type: 'object' },
      spec: {
        type: 'object',
        properties: {
          endpoints: {
            type: 'array',
            items: {
              type: 'object',
              properties: {
                dnsName: { ...text, description: 'Host name of the record.' },
                recordType: { ...text, description: 'A, AAAA, CNAME and the like.' },
                recordTTL: { type: 'integer', format: 'int64', description: 'Seconds that a resolver may keep it.' },
                targets: { type: 'array', items: text, description: 'Addresses or names that it leads to.' },
                setIdentifier: { ...text, description: 'Tells records of one name and type apart.' },
                labels: texts,
                providerSpecific: { type: 'array', items: property },
              },
            },
          },
        },
      },
      status: {
        type: 'object',
        properties: {
          observedGeneration: {
            type: 'integer',
            format: 'int64',
            description: 'Generation whose records are in the zone.',
          },
        },
      },
    },
  };
}
