import { at, isGiven, isOn, listAt, numberAt, textAt } from '../cloud-resource.ts';
import { cloudRule, type CloudRule } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { bad, example, good } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { GCP_CLUSTER } from './kubernetes-access.ts';

const common = { group: 'cloud-kubernetes', severity: 'error' } as const;

const AWS_NODES = [
  example(AWS.subnet, 'private', { cidrBlock: '10.0.0.0/24', name: 'subnet-private', mapPublicIpOnLaunch: false }),
  example(AWS.launchTemplate, 'template', {
    name: 'example-template',
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: 'true', kmsKeyId: 'arn:aws:kms:::key/one' } }],
  }),
  example(AWS.nodeGroup, 'brokers', {
    clusterName: 'example-main',
    subnetIds: ['subnet-private'],
    launchTemplate: { name: 'example-template', version: '1' },
  }),
];
const GCP_NODES = [
  ...GCP_CLUSTER,
  example(GCP.nodePool, 'brokers', {
    cluster: 'example-main',
    networkConfig: { enablePrivateNodes: true },
    nodeConfig: {
      bootDiskKmsKey: 'projects/p/…/cryptoKeys/one',
      serviceAccount: 'nodes@example.iam.gserviceaccount.com',
      workloadMetadataConfig: { mode: 'GKE_METADATA' },
    },
  }),
];
const AZURE_NODES = [
  example(AZURE.cluster, 'main', {
    resourceName: 'example-main',
    diskEncryptionSetID: '/subscriptions/s/diskEncryptionSets/one',
    agentPoolProfiles: [{ name: 'system', enableNodePublicIP: false }],
    networkProfile: { networkPolicy: 'cilium' },
  }),
  example(AZURE.agentPool, 'brokers', { resourceName: 'example-main', enableNodePublicIP: false }),
];

/** Hops that the metadata service may answer over: 1 ends at the node, 2 at its pods. */
const METADATA_HOPS_MAX = 1;

/** Nodes of Kubernetes. */
export const KUBERNETES_NODE_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'kubernetes-private-nodes',
    title: 'Nodes have no public addresses',
    reason: 'A node with a public address is reached by whoever finds a port that a pod or the kubelet left open.',
    fix: 'Put node groups into subnets without public addresses and without remoteAccess (aws), set enablePrivateNodes (gcp), or leave enableNodePublicIP off (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('eks', '5.4.3')],
        demands: [
          {
            form: 'stack',
            types: [AWS.nodeGroup],
            message: 'its nodes get public addresses, or people may log in to them',
            holds: (group, stack) =>
              group.props['remoteAccess'] === undefined &&
              stack
                .spokenOf(group, 'subnetIds', AWS.subnet)
                .every(({ props }) => !isOn(props, 'mapPublicIpOnLaunch')) &&
              stack
                .spokenOf(group, 'launchTemplate.name', AWS.launchTemplate)
                .every(
                  ({ props }) =>
                    !listAt(props, 'networkInterfaces').some((face) => isOn(face, 'associatePublicIpAddress')),
                ),
          },
        ],
        examples: {
          passing: [good('private subnets', ...AWS_NODES)],
          failing: [
            bad('public subnets', AWS_NODES, ['private', 'mapPublicIpOnLaunch', true]),
            bad('a login', AWS_NODES, ['brokers', 'remoteAccess', { ec2SshKey: 'admin' }]),
            bad('public interfaces', AWS_NODES, [
              'template',
              'networkInterfaces.0',
              { associatePublicIpAddress: 'true' },
            ]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '5.6.5')],
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'its nodes get public addresses',
            holds: ({ props }) => isOn(props, 'privateClusterConfig.enablePrivateNodes'),
          },
          {
            form: 'resource',
            types: [GCP.nodePool],
            message: 'its nodes get public addresses',
            holds: ({ props }) => textAt(props, 'networkConfig.enablePrivateNodes') !== 'false',
          },
        ],
        examples: {
          passing: [good('private nodes', ...GCP_NODES)],
          failing: [
            bad('a public cluster', GCP_NODES, ['main', 'privateClusterConfig.enablePrivateNodes', false]),
            bad('a public pool', GCP_NODES, ['brokers', 'networkConfig.enablePrivateNodes', false]),
          ],
        },
      },
      azure: {
        standards: [cisCloud('aks', '5.4.3')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'nodes of one of its pools get public addresses',
            holds: ({ props }) => !listAt(props, 'agentPoolProfiles').some((pool) => isOn(pool, 'enableNodePublicIP')),
          },
          {
            form: 'resource',
            types: [AZURE.agentPool],
            message: 'its nodes get public addresses',
            holds: ({ props }) => !isOn(props, 'enableNodePublicIP'),
          },
        ],
        examples: {
          passing: [good('private nodes', ...AZURE_NODES)],
          failing: [
            bad('a public system pool', AZURE_NODES, ['main', 'agentPoolProfiles.0.enableNodePublicIP', true]),
            bad('a public pool', AZURE_NODES, ['brokers', 'enableNodePublicIP', true]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-node-disks',
    title: "Nodes' own disks are encrypted with a named key",
    reason: 'Secrets and logs of pods lie on them, and a snapshot or a lost disk would give them away.',
    fix: 'Use a launch template with encrypted volumes and kmsKeyId (aws), bootDiskKmsKey (gcp) or diskEncryptionSetID (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '2.2.1')],
        demands: [
          {
            form: 'resource',
            types: [AWS.nodeGroup],
            message: "it has no launch template, so that its disks are as the account's default has them",
            holds: ({ props }) => props['launchTemplate'] !== undefined,
          },
          {
            form: 'resource',
            types: [AWS.launchTemplate],
            message: 'a disk of its nodes is not encrypted with a named key',
            holds: ({ props }) => {
              const disks = listAt(props, 'blockDeviceMappings').map((mapping) => at(mapping, 'ebs'));
              return disks.length > 0 && disks.every((disk) => isOn(disk, 'encrypted') && isGiven(disk, 'kmsKeyId'));
            },
          },
        ],
        examples: {
          passing: [good('a template', ...AWS_NODES)],
          failing: [
            bad('no template', AWS_NODES, ['brokers', 'launchTemplate', undefined]),
            bad('no disks', AWS_NODES, ['template', 'blockDeviceMappings', undefined]),
            bad('in the clear', AWS_NODES, ['template', 'blockDeviceMappings.0.ebs.encrypted', 'false']),
            bad("Amazon's key", AWS_NODES, ['template', 'blockDeviceMappings.0.ebs.kmsKeyId', undefined]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.nodePool],
            message: 'the disks of its nodes are not encrypted with a named key',
            holds: ({ props }) => isGiven(props, 'nodeConfig.bootDiskKmsKey'),
          },
        ],
        examples: {
          passing: [good('a named key', ...GCP_NODES)],
          failing: [bad("Google's key", GCP_NODES, ['brokers', 'nodeConfig.bootDiskKmsKey', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'the disks of its nodes are not encrypted with a named key',
            holds: ({ props }) => props['diskEncryptionSetID'] !== undefined,
          },
        ],
        examples: {
          passing: [good('a disk encryption set', ...AZURE_NODES)],
          failing: [bad("Azure's key", AZURE_NODES, ['main', 'diskEncryptionSetID', undefined])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-node-metadata',
    title: 'Pods cannot ask for the identity of their node',
    reason: 'The metadata service of a node hands its credentials to whatever runs on it, by a plain request.',
    fix: 'Require tokens and one hop of the metadata service (aws), or set workloadMetadataConfig.mode: GKE_METADATA (gcp).',
    scope: 'AKS blocks nothing of its metadata service by a setting; network policies of the namespaces do.',
    clouds: {
      aws: {
        standards: [cisCloud('aws', '5.6')],
        demands: [
          {
            form: 'resource',
            types: [AWS.launchTemplate],
            message: 'the metadata service of its nodes answers without a token (IMDSv1), or further than the node',
            holds: ({ props }) =>
              textAt(props, 'metadataOptions.httpEndpoint') === 'disabled' ||
              (textAt(props, 'metadataOptions.httpTokens') === 'required' &&
                (numberAt(props, 'metadataOptions.httpPutResponseHopLimit') ?? METADATA_HOPS_MAX) <= METADATA_HOPS_MAX),
          },
        ],
        examples: {
          passing: [good('tokens and one hop', ...AWS_NODES)],
          failing: [
            bad('IMDSv1', AWS_NODES, ['template', 'metadataOptions.httpTokens', 'optional']),
            bad('nothing said', AWS_NODES, ['template', 'metadataOptions', undefined]),
            bad('pods too', AWS_NODES, ['template', 'metadataOptions.httpPutResponseHopLimit', 2]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '5.4.1'), cisCloud('gke', '5.2.1')],
        demands: [
          {
            form: 'resource',
            types: [GCP.nodePool],
            message: 'its pods reach the metadata of their node',
            holds: ({ props }) => at(props, 'nodeConfig.workloadMetadataConfig.mode') === 'GKE_METADATA',
          },
          {
            form: 'resource',
            types: [GCP.nodePool],
            message: 'its nodes are the default service account of the project',
            holds: ({ props }) => isGiven(props, 'nodeConfig.serviceAccount'),
          },
        ],
        examples: {
          passing: [good("GKE's own metadata", ...GCP_NODES)],
          failing: [
            bad('nothing said', GCP_NODES, ['brokers', 'nodeConfig.workloadMetadataConfig', undefined]),
            bad('the default account', GCP_NODES, ['brokers', 'nodeConfig.serviceAccount', undefined]),
          ],
        },
      },
    },
  }),
];
