import { PORTS } from '../../../constructs/kubernetes/kafka/listeners.ts';
import { at, isGiven, listAt, numberAt, textAt, textsAt } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { bad, example, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

const common = { group: 'cloud-network', severity: 'error' } as const;

const AWS_NETWORK = [
  example(AWS.vpc, 'main', { cidrBlock: '10.0.0.0/16', name: 'vpc-main' }),
  example(AWS.flowLog, 'flows', { vpcId: 'vpc-main', trafficType: 'ALL' }),
  example(AWS.defaultSecurityGroup, 'default', { vpcId: 'vpc-main', ingress: [], egress: [] }),
  example(AWS.securityGroup, 'database', {
    ingress: [{ fromPort: 5432, toPort: 5432, protocol: 'tcp', cidrBlocks: ['10.0.0.0/16'] }],
  }),
  example(AWS.ingressRule, 'endpoint', { cidrIpv4: '10.0.0.0/16', fromPort: 443, toPort: 443, ipProtocol: 'tcp' }),
];
const GCP_NETWORK = [
  example(GCP.network, 'main', { name: 'example-main', autoCreateSubnetworks: false }),
  example(GCP.subnet, 'nodes', {
    network: 'example-main',
    ipCidrRange: '10.0.0.0/17',
    logConfig: { flowSampling: 1 },
  }),
  example(GCP.firewall, 'refuse', {
    network: 'example-main',
    direction: 'INGRESS',
    sourceRanges: ['0.0.0.0/0'],
    denies: [{ protocol: 'all' }],
  }),
  example(GCP.firewall, 'inside', {
    network: 'example-main',
    direction: 'INGRESS',
    sourceRanges: ['10.0.0.0/17'],
    allows: [{ protocol: 'tcp', ports: ['443'] }],
  }),
];
const AZURE_NETWORK = [
  example(AZURE.network, 'main', { virtualNetworkName: 'example-main' }),
  example(AZURE.flowLog, 'flows', {
    targetResourceId: '/subscriptions/s/virtualNetworks/example-main',
    enabled: true,
  }),
  example(AZURE.subnet, 'nodes', { virtualNetworkName: 'example-main', networkSecurityGroup: { id: '/nsg' } }),
  example(AZURE.securityGroup, 'nodes-rules', {
    securityRules: [
      {
        access: 'Allow',
        direction: 'Inbound',
        protocol: 'Tcp',
        sourceAddressPrefix: 'Internet',
        destinationPortRange: '443',
      },
    ],
  }),
  example(AZURE.securityRule, 'database', {
    access: 'Allow',
    direction: 'Inbound',
    protocol: 'Tcp',
    sourceAddressPrefix: 'VirtualNetwork',
    destinationPortRange: '5432',
  }),
];

const EVERYWHERE = ['0.0.0.0/0', '::/0', '*', 'Internet', 'Any'];
/**
 * Ports that the gateway's clients come to, TLS on each: the gateway's own, and the node ports that a load balancer of
 * the cloud sends them on to. None of them is a port that anything else of a node listens on.
 */
const GATEWAY_PORTS: readonly number[] = [443, PORTS.external];
const NODE_PORTS = { from: 30_000, to: 32_767 };

/** Who reaches what over the network, and what is written down of it. */
export const NETWORK_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'network-no-open-ingress',
    title: 'Nothing but the gateway is open to the world',
    reason: 'A forgotten opening is found by scanners within the hour: SSH, the kubelet, PostgreSQL.',
    fix: 'Name the ranges or security groups that need it; only TCP to the ports of the gateway may be open to all.',
    scope: `The gateway serves clients anywhere: TCP to ${GATEWAY_PORTS.join(', ')} and to node ports.`,
    clouds: {
      aws: {
        standards: [cisCloud('aws', '5.2')],
        demands: [
          {
            form: 'resource',
            types: [AWS.securityGroup],
            message: 'one of its rules lets the world in to more than the gateway',
            holds: ({ props }) =>
              !listAt(props, 'ingress').some(
                (rule) =>
                  isFromEverywhere([...textsAt(rule, 'cidrBlocks'), ...textsAt(rule, 'ipv6CidrBlocks')]) &&
                  !isForGateway(textAt(rule, 'protocol'), numberAt(rule, 'fromPort'), numberAt(rule, 'toPort')),
              ),
          },
          {
            form: 'resource',
            types: [AWS.securityGroupRule],
            message: 'it lets the world in to more than the gateway',
            holds: ({ props }) =>
              at(props, 'type') !== 'ingress' ||
              !isFromEverywhere([...textsAt(props, 'cidrBlocks'), ...textsAt(props, 'ipv6CidrBlocks')]) ||
              isForGateway(textAt(props, 'protocol'), numberAt(props, 'fromPort'), numberAt(props, 'toPort')),
          },
          {
            form: 'resource',
            types: [AWS.ingressRule],
            message: 'it lets the world in to more than the gateway',
            holds: ({ props }) =>
              !isFromEverywhere([...textsAt(props, 'cidrIpv4'), ...textsAt(props, 'cidrIpv6')]) ||
              isForGateway(textAt(props, 'ipProtocol'), numberAt(props, 'fromPort'), numberAt(props, 'toPort')),
          },
        ],
        examples: {
          passing: [
            good('from inside', ...AWS_NETWORK),
            bad('the gateway', AWS_NETWORK, ['endpoint', 'cidrIpv4', '0.0.0.0/0']),
            good(
              'on the way out',
              example(AWS.securityGroupRule, 'out', { type: 'egress', cidrBlocks: ['0.0.0.0/0'] }),
            ),
          ],
          failing: [
            bad('the database', AWS_NETWORK, ['database', 'ingress.0.cidrBlocks', ['0.0.0.0/0']]),
            bad('by IPv6', AWS_NETWORK, ['database', 'ingress.0.ipv6CidrBlocks', ['::/0']]),
            good('every port', example(AWS.ingressRule, 'all', { cidrIpv4: '0.0.0.0/0', ipProtocol: '-1' })),
            good(
              'SSH',
              example(AWS.securityGroupRule, 'ssh', {
                type: 'ingress',
                protocol: 'tcp',
                fromPort: 22,
                toPort: 22,
                cidrBlocks: ['0.0.0.0/0'],
              }),
            ),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '3.6'), cisCloud('gcp', '3.7')],
        demands: [
          {
            form: 'resource',
            types: [GCP.firewall],
            message: 'it lets the world in to more than the gateway',
            holds: ({ props }) =>
              at(props, 'direction') === 'EGRESS' ||
              !isFromEverywhere(textsAt(props, 'sourceRanges')) ||
              listAt(props, 'allows').every((allowed) => {
                const ports = textsAt(allowed, 'ports');
                return (
                  ports.length > 0 &&
                  ports.every((range) => {
                    const [from, to = from] = range.split('-').map(Number);
                    return isForGateway(textAt(allowed, 'protocol'), from, to);
                  })
                );
              }),
          },
        ],
        examples: {
          passing: [
            good('from inside', ...GCP_NETWORK),
            bad('the gateway', GCP_NETWORK, ['inside', 'sourceRanges', ['0.0.0.0/0']]),
          ],
          failing: [
            good(
              'SSH',
              example(GCP.firewall, 'ssh', {
                sourceRanges: ['0.0.0.0/0'],
                allows: [{ protocol: 'tcp', ports: ['22'] }],
              }),
            ),
            good(
              'everything',
              example(GCP.firewall, 'all', { sourceRanges: ['0.0.0.0/0'], allows: [{ protocol: 'all' }] }),
            ),
            good(
              'a range of ports',
              example(GCP.firewall, 'range', {
                sourceRanges: ['0.0.0.0/0'],
                allows: [{ protocol: 'tcp', ports: ['443-9000'] }],
              }),
            ),
          ],
        },
      },
      azure: {
        standards: [cisCloud('azure', '6.1'), cisCloud('azure', '6.2')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.securityGroup],
            message: 'one of its rules lets the world in to more than the gateway',
            holds: ({ props }) => !listAt(props, 'securityRules').some(isOpenAzureRule),
          },
          {
            form: 'resource',
            types: [AZURE.securityRule],
            message: 'it lets the world in to more than the gateway',
            holds: ({ props }) => !isOpenAzureRule(props),
          },
        ],
        examples: {
          passing: [good('from inside, and the gateway', ...AZURE_NETWORK)],
          failing: [
            bad('the database', AZURE_NETWORK, ['database', 'sourceAddressPrefix', '*']),
            bad('all ports', AZURE_NETWORK, ['nodes-rules', 'securityRules.0.destinationPortRange', '*']),
            bad('a list of ranges', AZURE_NETWORK, ['database', 'sourceAddressPrefixes', ['10.0.0.0/8', '0.0.0.0/0']]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'network-flow-logs',
    title: 'Networks log who talks to whom',
    reason: 'After a break-in, flow logs tell where the data went; before one, that something scans.',
    fix: 'Add a FlowLog to the network (aws, azure) or logConfig to the subnet (gcp).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '3.7')],
        demands: [
          {
            form: 'stack',
            types: [AWS.vpc],
            message: 'it logs no flows',
            holds: (vpc, stack) =>
              stack
                .speakingOf(vpc, 'vpcId', AWS.flowLog)
                .some(({ props }) => ['ALL', 'REJECT', undefined].includes(textAt(props, 'trafficType'))),
          },
        ],
        examples: {
          passing: [good('all flows', ...AWS_NETWORK)],
          failing: [
            without('none', AWS_NETWORK, 'flows'),
            bad("another network's", AWS_NETWORK, ['flows', 'vpcId', 'vpc-other']),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gcp', '3.8')],
        demands: [
          {
            form: 'resource',
            types: [GCP.subnet],
            message: 'it logs no flows',
            holds: ({ props }) =>
              isGiven(props, 'logConfig') ||
              // Subnets of Google's own proxies and of service attachments take none.
              !['PRIVATE', undefined].includes(textAt(props, 'purpose')),
          },
        ],
        examples: {
          passing: [
            good('all flows', ...GCP_NETWORK),
            good(
              'a subnet of a service attachment',
              example(GCP.subnet, 'nat', { purpose: 'PRIVATE_SERVICE_CONNECT' }),
            ),
          ],
          failing: [bad('none', GCP_NETWORK, ['nodes', 'logConfig', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'stack',
            types: [AZURE.network],
            message: 'it logs no flows',
            holds: (network, stack) =>
              stack
                .speakingOf(network, 'targetResourceId', AZURE.flowLog)
                .some(({ props }) => textAt(props, 'enabled') !== 'false'),
          },
        ],
        examples: {
          passing: [good('all flows', ...AZURE_NETWORK)],
          failing: [
            without('none', AZURE_NETWORK, 'flows'),
            bad('turned off', AZURE_NETWORK, ['flows', 'enabled', false]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'network-closed-by-default',
    title: 'Networks let in nothing that nobody named',
    reason: 'What forgets to name its own rules gets the default ones: those must open nothing.',
    fix: 'Make a DefaultSecurityGroup without rules (aws), set autoCreateSubnetworks: false (gcp), or give each subnet a security group (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '5.4')],
        demands: [
          {
            form: 'stack',
            types: [AWS.vpc],
            message: 'its default security group lets traffic through',
            holds: (vpc, stack) =>
              stack
                .speakingOf(vpc, 'vpcId', AWS.defaultSecurityGroup)
                .some(({ props }) => listAt(props, 'ingress').length === 0 && listAt(props, 'egress').length === 0),
          },
        ],
        examples: {
          passing: [good('no rules', ...AWS_NETWORK)],
          failing: [
            without("AWS' own", AWS_NETWORK, 'default'),
            bad('a rule', AWS_NETWORK, ['default', 'ingress.0', { protocol: '-1', self: true }]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.network],
            message: 'Google makes subnets in every region of it',
            holds: ({ props }) => textAt(props, 'autoCreateSubnetworks') === 'false',
          },
        ],
        examples: {
          passing: [good('subnets of ours', ...GCP_NETWORK)],
          failing: [good('nothing said', example(GCP.network, 'main', {}))],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.subnet],
            message: 'it has no security group',
            holds: ({ props }) => isGiven(props, 'networkSecurityGroup.id'),
          },
          {
            form: 'resource',
            types: [AZURE.network],
            message: 'one of its subnets has no security group',
            holds: ({ props }) =>
              listAt(props, 'subnets').every((subnet) => isGiven(subnet, 'networkSecurityGroup.id')),
          },
        ],
        examples: {
          passing: [good('a security group', ...AZURE_NETWORK)],
          failing: [
            good('none', example(AZURE.subnet, 'nodes', {})),
            bad('a subnet within', AZURE_NETWORK, ['main', 'subnets.0', { name: 'nodes' }]),
          ],
        },
      },
    },
  }),
];

function isFromEverywhere(sources: readonly string[]): boolean {
  return sources.some((source) => EVERYWHERE.includes(source));
}

function isForGateway(protocol: string | undefined, from: number | undefined, to: number | undefined): boolean {
  if (!['tcp', '6'].includes((protocol ?? '').toLowerCase()) || from === undefined || to === undefined) return false;
  return (from === to && GATEWAY_PORTS.includes(from)) || (from >= NODE_PORTS.from && to <= NODE_PORTS.to);
}

function isOpenAzureRule(rule: unknown): boolean {
  if (at(rule, 'access') !== 'Allow' || at(rule, 'direction') !== 'Inbound') return false;
  const sources = [...textsAt(rule, 'sourceAddressPrefix'), ...textsAt(rule, 'sourceAddressPrefixes')];
  const ports = [...textsAt(rule, 'destinationPortRange'), ...textsAt(rule, 'destinationPortRanges')];
  return (
    isFromEverywhere(sources) &&
    !ports.every((range) => {
      const [from, to = from] = range.split('-').map(Number);
      return isForGateway(textAt(rule, 'protocol'), from, to);
    })
  );
}
