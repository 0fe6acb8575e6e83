import { kubernetesSupport } from '../../../contracts/kubernetes-support.ts';
import type { PublicCloud } from '../../../constructs/cloud/region-args.ts';
import { isGiven, isOn, listAt, textAt, textsAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule, type CloudRuleParameters } from '../cloud-rule.ts';
import { cisCloud } from '../../standards.ts';
import { bad, example, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';

const common = { group: 'cloud-kubernetes', severity: 'error' } as const;

export const AWS_CLUSTER = [
  example(AWS.cluster, 'main', {
    name: 'example-main',
    version: '1.36',
    vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: ['192.0.2.0/24'] },
    encryptionConfig: { resources: ['secrets'], provider: { keyArn: 'arn:aws:kms:::key/one' } },
    enabledClusterLogTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
    accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
  }),
  example(AWS.oidcProvider, 'main-oidc', { url: 'https://oidc.eks.us-west-2.amazonaws.com/id/ABC/example-main' }),
];
export const GCP_CLUSTER = [
  example(GCP.cluster, 'main', {
    name: 'example-main',
    minMasterVersion: '1.36',
    privateClusterConfig: { enablePrivateEndpoint: false, enablePrivateNodes: true },
    masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: '192.0.2.0/24' }] },
    databaseEncryption: { state: 'ENCRYPTED', keyName: 'projects/p/…/cryptoKeys/one' },
    loggingConfig: { enableComponents: ['SYSTEM_COMPONENTS', 'APISERVER', 'CONTROLLER_MANAGER', 'SCHEDULER'] },
    workloadIdentityConfig: { workloadPool: 'example.svc.id.goog' },
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
  }),
];
export const AZURE_CLUSTER = [
  example(AZURE.cluster, 'main', {
    resourceName: 'example-main',
    kubernetesVersion: '1.36',
    apiServerAccessProfile: { enablePrivateCluster: true },
    securityProfile: {
      azureKeyVaultKms: { enabled: true, keyId: 'https://v/k/1' },
      workloadIdentity: { enabled: true },
    },
    oidcIssuerProfile: { enabled: true },
    disableLocalAccounts: true,
  }),
  example(AZURE.diagnosticSetting, 'main-logs', {
    resourceUri: '/subscriptions/s/managedClusters/example-main',
    logs: [
      { category: 'kube-audit', enabled: true },
      { category: 'kube-apiserver', enabled: true },
    ],
  }),
];

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** Control planes of Kubernetes: who reaches them and what they keep. */
export const KUBERNETES_ACCESS_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'kubernetes-endpoint',
    title: 'API servers are private or open to named ranges only',
    reason:
      'An API server that the whole internet reaches is one stolen token or one flaw away from every tenant in it.',
    fix: 'Leave apiAccessRanges of the cluster empty, or name the ranges of your own networks.',
    clouds: {
      aws: {
        standards: [cisCloud('eks', '5.4.1')],
        demands: [
          {
            form: 'resource',
            types: [AWS.cluster],
            message: 'its API server answers the whole internet, or not inside the network',
            holds: ({ props }) =>
              isOn(props, 'vpcConfig.endpointPrivateAccess') &&
              (textAt(props, 'vpcConfig.endpointPublicAccess') === 'false' ||
                isRestricted(textsAt(props, 'vpcConfig.publicAccessCidrs'))),
          },
        ],
        examples: {
          passing: [
            good('named ranges', ...AWS_CLUSTER),
            bad('private', AWS_CLUSTER, [
              'main',
              'vpcConfig',
              { endpointPrivateAccess: true, endpointPublicAccess: false },
            ]),
          ],
          failing: [
            bad('no ranges', AWS_CLUSTER, ['main', 'vpcConfig.publicAccessCidrs', undefined]),
            bad('everywhere', AWS_CLUSTER, ['main', 'vpcConfig.publicAccessCidrs', ['0.0.0.0/0']]),
            bad('no private access', AWS_CLUSTER, ['main', 'vpcConfig.endpointPrivateAccess', false]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '5.6.3')],
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'its API server answers the whole internet',
            holds: ({ props }) =>
              isOn(props, 'privateClusterConfig.enablePrivateEndpoint') ||
              isRestricted(
                listAt(props, 'masterAuthorizedNetworksConfig.cidrBlocks').map(
                  (block) => textAt(block, 'cidrBlock') ?? '',
                ),
              ),
          },
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'its DNS endpoint answers the whole internet, past all ranges',
            holds: ({ props }) => !isOn(props, 'controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic'),
          },
        ],
        examples: {
          passing: [
            good('named ranges', ...GCP_CLUSTER),
            bad('private', GCP_CLUSTER, ['main', 'privateClusterConfig.enablePrivateEndpoint', true]),
          ],
          failing: [
            bad('no ranges', GCP_CLUSTER, ['main', 'masterAuthorizedNetworksConfig', undefined]),
            bad('everywhere', GCP_CLUSTER, [
              'main',
              'masterAuthorizedNetworksConfig.cidrBlocks.0.cidrBlock',
              '0.0.0.0/0',
            ]),
            bad('by name', GCP_CLUSTER, [
              'main',
              'controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic',
              true,
            ]),
          ],
        },
      },
      azure: {
        standards: [cisCloud('aks', '5.4.1')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'its API server answers the whole internet',
            holds: ({ props }) =>
              isOn(props, 'apiServerAccessProfile.enablePrivateCluster') ||
              isRestricted(textsAt(props, 'apiServerAccessProfile.authorizedIPRanges')),
          },
        ],
        examples: {
          passing: [
            good('private', ...AZURE_CLUSTER),
            bad('named ranges', AZURE_CLUSTER, [
              'main',
              'apiServerAccessProfile',
              { authorizedIPRanges: ['192.0.2.0/24'] },
            ]),
          ],
          failing: [
            bad('nothing said', AZURE_CLUSTER, ['main', 'apiServerAccessProfile', undefined]),
            bad('everywhere', AZURE_CLUSTER, ['main', 'apiServerAccessProfile', { authorizedIPRanges: ['0.0.0.0/0'] }]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-secrets-encrypted',
    title: 'Secrets in Kubernetes are encrypted with a key of ours',
    reason: 'A copy of etcd, or of a backup of it, would hand over the certificates and passwords of every tenant.',
    fix: 'Set encryptionConfig (aws), databaseEncryption (gcp) or securityProfile.azureKeyVaultKms (azure) with the platform key.',
    clouds: {
      aws: {
        standards: [cisCloud('eks', '5.3.1')],
        demands: [
          {
            form: 'resource',
            types: [AWS.cluster],
            message: 'no key of ours encrypts its secrets',
            holds: ({ props }) =>
              textsAt(props, 'encryptionConfig.resources').includes('secrets') &&
              isGiven(props, 'encryptionConfig.provider.keyArn'),
          },
        ],
        examples: {
          passing: [good('encrypted', ...AWS_CLUSTER)],
          failing: [
            bad('nothing said', AWS_CLUSTER, ['main', 'encryptionConfig', undefined]),
            bad('something else', AWS_CLUSTER, ['main', 'encryptionConfig.resources', []]),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '5.3.1')],
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'no key of ours encrypts its secrets',
            holds: ({ props }) =>
              ['ENCRYPTED', 'ALL_OBJECTS_ENCRYPTION_ENABLED'].includes(
                textAt(props, 'databaseEncryption.state') ?? '',
              ) && isGiven(props, 'databaseEncryption.keyName'),
          },
        ],
        examples: {
          passing: [good('encrypted', ...GCP_CLUSTER)],
          failing: [
            bad('nothing said', GCP_CLUSTER, ['main', 'databaseEncryption', undefined]),
            bad('turned off', GCP_CLUSTER, ['main', 'databaseEncryption.state', 'DECRYPTED']),
          ],
        },
      },
      azure: {
        standards: [cisCloud('aks', '5.3.1')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'no key of ours encrypts its secrets',
            holds: ({ props }) =>
              isOn(props, 'securityProfile.azureKeyVaultKms.enabled') &&
              isGiven(props, 'securityProfile.azureKeyVaultKms.keyId'),
          },
        ],
        examples: {
          passing: [good('encrypted', ...AZURE_CLUSTER)],
          failing: [bad('turned off', AZURE_CLUSTER, ['main', 'securityProfile.azureKeyVaultKms.enabled', false])],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-control-plane-logs',
    title: 'Control planes keep their logs',
    reason: 'Who read which secret, and who let a strange pod in, is in the audit log or nowhere.',
    fix: 'Turn on all log types (aws), the components of the control plane (gcp), or a diagnostic setting with kube-audit and kube-apiserver (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('eks', '2.1.1')],
        demands: [
          {
            form: 'resource',
            types: [AWS.cluster],
            message: 'it does not keep all logs of its control plane',
            holds: ({ props }) => {
              const types = textsAt(props, 'enabledClusterLogTypes');
              return ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].every((type) =>
                types.includes(type),
              );
            },
          },
        ],
        examples: {
          passing: [good('all logs', ...AWS_CLUSTER)],
          failing: [
            bad('none', AWS_CLUSTER, ['main', 'enabledClusterLogTypes', undefined]),
            bad('without audit', AWS_CLUSTER, ['main', 'enabledClusterLogTypes', ['api']]),
          ],
        },
      },
      gcp: {
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'it does not keep all logs of its control plane',
            holds: ({ props }) => {
              const components = textsAt(props, 'loggingConfig.enableComponents');
              return ['SYSTEM_COMPONENTS', 'APISERVER', 'CONTROLLER_MANAGER', 'SCHEDULER'].every((component) =>
                components.includes(component),
              );
            },
          },
        ],
        examples: {
          passing: [good('all components', ...GCP_CLUSTER)],
          failing: [bad('system only', GCP_CLUSTER, ['main', 'loggingConfig.enableComponents', ['SYSTEM_COMPONENTS']])],
        },
      },
      azure: {
        standards: [cisCloud('aks', '2.1.1')],
        demands: [
          {
            form: 'stack',
            types: [AZURE.cluster],
            message: 'nobody keeps the logs of its API server and the audit log',
            holds: (cluster, stack) => {
              const logs = stack
                .speakingOf(cluster, 'resourceUri', AZURE.diagnosticSetting)
                .flatMap(({ props }) => listAt(props, 'logs'))
                .filter((log) => isOn(log, 'enabled'));
              const categories = logs.map((log) => textAt(log, 'category') ?? '');
              return (
                logs.some((log) => textAt(log, 'categoryGroup') === 'allLogs') ||
                (categories.includes('kube-apiserver') &&
                  ['kube-audit', 'kube-audit-admin'].some((category) => categories.includes(category)))
              );
            },
          },
        ],
        examples: {
          passing: [good('kept', ...AZURE_CLUSTER)],
          failing: [
            without('none', AZURE_CLUSTER, 'main-logs'),
            bad('without audit', AZURE_CLUSTER, ['main-logs', 'logs.0.enabled', false]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-version-supported',
    title: 'Kubernetes is of a version that its cloud supports',
    reason: 'After the end of support nobody mends a flaw, and the cloud upgrades by itself or charges for waiting.',
    fix: 'Raise the version of the cluster, one minor version at a time; contracts/kubernetes-support.ts has the dates.',
    clouds: {
      aws: versionHalf('aws', AWS.cluster, 'version', AWS_CLUSTER),
      gcp: versionHalf('gcp', GCP.cluster, 'minMasterVersion', GCP_CLUSTER),
      azure: versionHalf('azure', AZURE.cluster, 'kubernetesVersion', AZURE_CLUSTER),
    },
  }),
];

function versionHalf(cloud: PublicCloud, type: string, property: string, cluster: readonly CloudResource[]) {
  return {
    demands: [
      {
        form: 'resource',
        types: [type],
        message: 'its version is none that the cloud supports today, or none at all is said',
        holds: ({ props }: CloudResource, { today }: CloudRuleParameters) => {
          const minor = /^\d+\.\d+/.exec(textAt(props, property) ?? '')?.[0];
          const support = minor === undefined ? undefined : kubernetesSupport(cloud, minor);
          return support !== undefined && (support.endsOn === undefined || support.endsOn >= today);
        },
      },
    ],
    examples: {
      passing: [good('a supported version', ...cluster), bad('with its patch', cluster, ['main', property, '1.36.2'])],
      failing: [
        bad('nothing said', cluster, ['main', property, undefined]),
        bad('a version of the past', cluster, ['main', property, '1.33']),
        bad('a version that nobody knows', cluster, ['main', property, '1.99']),
      ],
    },
  } as const;
}

function isRestricted(ranges: readonly string[]): boolean {
  return ranges.length > 0 && !ranges.some((range) => EVERYWHERE.includes(range));
}
