import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import type { Rule } from '../rule.ts';
import { change } from '../examples/change.ts';
import { networkPolicy, service } from '../examples/objects.ts';

const inGateway = `object.metadata.namespace == '${NAMESPACES.gateway}'`;
const EVERYWHERE = "['0.0.0.0/0', '::/0']";
const loadBalancer = change(
  change(service(), ['spec', 'type'], 'LoadBalancer'),
  ['metadata', 'namespace'],
  NAMESPACES.gateway,
);
const fromPods = { podSelector: { matchLabels: { app: 'client' } } };

/** Who may come in, and how. */
export const NETWORK_RULES: readonly Rule[] = [
  {
    form: 'object',
    group: 'network',
    severity: 'error',
    match: {
      kinds: ['NetworkPolicy'],
      when: {
        expression: `!(${inGateway})`,
        reason: 'Clients from anywhere reach the gateway, and through it the brokers.',
      },
    },
    id: 'ingress-from-named-sources',
    title: 'Network policies open nothing to everyone, except at the gateway',
    reason: 'An opening without a source, or for all namespaces, is an opening for every tenant and for the internet.',
    fix: 'Name the sources under from: pods and namespaces by label, address ranges smaller than everything.',
    standards: [],
    validations: [
      {
        expression:
          'object.spec.?ingress.orValue([]).all(i, i.?from.orValue([]).size() > 0 && i.from.all(f, ' +
          `!(f.?ipBlock.?cidr.orValue('') in ${EVERYWHERE}) && ` +
          '!(has(f.namespaceSelector) && !has(f.podSelector) && f.namespaceSelector.?matchLabels.orValue({}).size() == 0 && ' +
          'f.namespaceSelector.?matchExpressions.orValue([]).size() == 0)))',
        message: 'the policy lets everyone in',
      },
    ],
    examples: {
      passing: [
        {
          title: 'named pods',
          objects: [networkPolicy({ policyTypes: ['Ingress'], ingress: [{ from: [fromPods] }] })],
        },
        { title: 'nobody', objects: [networkPolicy({ policyTypes: ['Ingress'] })] },
        {
          title: 'named pods of any namespace',
          objects: [
            networkPolicy({ policyTypes: ['Ingress'], ingress: [{ from: [{ ...fromPods, namespaceSelector: {} }] }] }),
          ],
        },
        {
          title: 'everyone, at the gateway',
          objects: [
            change(
              networkPolicy({ policyTypes: ['Ingress'], ingress: [{}] }),
              ['metadata', 'namespace'],
              NAMESPACES.gateway,
            ),
          ],
        },
      ],
      failing: [
        {
          title: 'no source',
          objects: [networkPolicy({ policyTypes: ['Ingress'], ingress: [{ ports: [{ port: 9092 }] }] })],
        },
        {
          title: 'the internet',
          objects: [
            networkPolicy({ policyTypes: ['Ingress'], ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] }),
          ],
        },
        {
          title: 'every namespace',
          objects: [
            networkPolicy({ policyTypes: ['Ingress'], ingress: [{ from: [fromPods, { namespaceSelector: {} }] }] }),
          ],
        },
      ],
    },
  },
  {
    form: 'object',
    group: 'network',
    severity: 'error',
    match: { kinds: ['Service'] },
    id: 'service-inside-only',
    title: 'Only the gateway is reachable from outside',
    reason:
      'One TLS-passthrough gateway per data plane is what is guarded and paid for; any other way in goes around it.',
    fix: 'Use a ClusterIP Service and a route of the gateway.',
    standards: [],
    validations: [
      {
        expression: `${inGateway} || !(object.spec.?type.orValue('ClusterIP') in ['LoadBalancer', 'NodePort'])`,
        message: 'a Service outside the gateway is reachable from outside the cluster',
      },
      {
        expression: 'object.spec.?externalIPs.orValue([]).size() == 0',
        message: 'the Service claims external addresses',
      },
    ],
    examples: {
      passing: [
        { title: 'a service inside', objects: [service()] },
        { title: 'the gateway', objects: [loadBalancer] },
      ],
      failing: [
        { title: 'another load balancer', objects: [change(service(), ['spec', 'type'], 'LoadBalancer')] },
        { title: 'a port on every node', objects: [change(service(), ['spec', 'type'], 'NodePort')] },
        { title: 'an external address', objects: [change(service(), ['spec', 'externalIPs'], ['203.0.113.7'])] },
      ],
    },
  },
  {
    form: 'set',
    group: 'network',
    severity: 'error',
    id: 'one-load-balancer',
    title: 'A Kubernetes cluster has one load balancer, and one inside for a private link',
    reason: 'Load balancers cost money by the piece and each is one more way in; the gateway needs one.',
    fix: 'Remove the others: brokers are told apart by host name behind the one of the gateway.',
    standards: [],
    kinds: ['Service'],
    judge: ({ loadBalancers, internalLoadBalancers }) =>
      [loadBalancers, internalLoadBalancers].flatMap((ofOneKind) =>
        ofOneKind.slice(LOAD_BALANCERS_MAX).map((object) => ({
          object,
          message: `load balancer beyond the ${LOAD_BALANCERS_MAX} that a cluster needs`,
        })),
      ),
    examples: {
      passing: [
        { title: 'the gateway', objects: [loadBalancer] },
        { title: 'the gateway, and one inside for a private link', objects: [loadBalancer, internal('link')] },
      ],
      failing: [
        {
          title: 'two in the gateway',
          objects: [loadBalancer, change(loadBalancer, ['metadata', 'name'], 'another')],
        },
        { title: 'two inside', objects: [loadBalancer, internal('link'), internal('another')] },
      ],
    },
  },
];

/** Of each kind. */
const LOAD_BALANCERS_MAX = 1;

function internal(name: string): KubernetesObject {
  return change(change(loadBalancer, ['metadata', 'name'], name), ['metadata', 'annotations'], {
    'networking.gke.io/load-balancer-type': 'Internal',
  });
}
