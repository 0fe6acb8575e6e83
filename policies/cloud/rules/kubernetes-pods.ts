import { at, isOn, textAt, textsAt, type CloudResource } from '../cloud-resource.ts';
import { cloudRule, type CloudRule, type ResourceDemand } from '../cloud-rule.ts';
import type { CloudStack } from '../cloud-stack.ts';
import { cisCloud } from '../../standards.ts';
import { bad, example, good, without } from '../examples.ts';
import { AWS, AZURE, GCP } from '../types.ts';
import { AWS_CLUSTER, AZURE_CLUSTER, GCP_CLUSTER } from './kubernetes-access.ts';

const common = { group: 'cloud-kubernetes', severity: 'error' } as const;

/** Who pods are, and what keeps them apart. */
export const KUBERNETES_POD_RULES: readonly CloudRule[] = [
  cloudRule({
    ...common,
    id: 'kubernetes-workload-identity',
    title: 'Pods have identities of their own',
    reason:
      "Without them, pods act as their node or carry keys that don't expire, and every tenant is every other one.",
    fix: "Make an OpenID Connect provider of the cluster's issuer (aws), set workloadIdentityConfig (gcp), or oidcIssuerProfile and securityProfile.workloadIdentity (azure).",
    clouds: {
      aws: {
        demands: [
          {
            form: 'stack',
            types: [AWS.cluster],
            message: 'no OpenID Connect provider trusts its issuer',
            holds: (cluster, stack) => stack.speakingOf(cluster, 'url', AWS.oidcProvider).length > 0,
          },
        ],
        examples: {
          passing: [good('a provider', ...AWS_CLUSTER)],
          failing: [without('none', AWS_CLUSTER, 'main-oidc')],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '5.2.2')],
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'its pods have no pool of identities',
            holds: ({ props }) => at(props, 'workloadIdentityConfig.workloadPool') !== undefined,
          },
        ],
        examples: {
          passing: [good('a pool', ...GCP_CLUSTER)],
          failing: [bad('none', GCP_CLUSTER, ['main', 'workloadIdentityConfig', undefined])],
        },
      },
      azure: {
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'its pods have no identities',
            holds: ({ props }) =>
              isOn(props, 'oidcIssuerProfile.enabled') && isOn(props, 'securityProfile.workloadIdentity.enabled'),
          },
        ],
        examples: {
          passing: [good('turned on', ...AZURE_CLUSTER)],
          failing: [
            bad('no issuer', AZURE_CLUSTER, ['main', 'oidcIssuerProfile.enabled', false]),
            bad('turned off', AZURE_CLUSTER, ['main', 'securityProfile.workloadIdentity.enabled', false]),
          ],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-network-policies',
    title: 'Kubernetes carries network policies out',
    reason: 'Without an engine for them, the default deny between tenants is a text that nobody reads.',
    fix: 'Set enableNetworkPolicy of the add-on vpc-cni (aws), datapathProvider: ADVANCED_DATAPATH (gcp) or networkProfile.networkPolicy (azure).',
    clouds: {
      aws: {
        standards: [cisCloud('eks', '4.3.1')],
        demands: [
          {
            form: 'resource',
            types: [AWS.addOn],
            message: 'the network add-on does not carry network policies out',
            holds: ({ props }) =>
              at(props, 'addonName') !== 'vpc-cni' ||
              /"enableNetworkPolicy":\s*"?true/.test(textAt(props, 'configurationValues') ?? ''),
          },
          {
            form: 'stack',
            types: [AWS.cluster],
            message: 'its network add-on is none that is set to carry network policies out',
            holds: hasNetworkAddOn,
          },
        ],
        examples: {
          passing: [
            good(
              'turned on',
              ...AWS_CLUSTER,
              example(AWS.addOn, 'network', {
                clusterName: 'example-main',
                addonName: 'vpc-cni',
                configurationValues: '{"enableNetworkPolicy":"true"}',
              }),
            ),
          ],
          failing: [
            good('no add-on', ...AWS_CLUSTER),
            good(
              'nothing said',
              ...AWS_CLUSTER,
              example(AWS.addOn, 'network', { clusterName: 'example-main', addonName: 'vpc-cni' }),
            ),
          ],
        },
      },
      gcp: {
        standards: [cisCloud('gke', '4.3.1')],
        demands: [
          {
            form: 'resource',
            types: [GCP.cluster],
            message: 'it does not carry network policies out',
            holds: ({ props }) =>
              at(props, 'datapathProvider') === 'ADVANCED_DATAPATH' || isOn(props, 'networkPolicy.enabled'),
          },
        ],
        examples: {
          passing: [bad('Dataplane V2', GCP_CLUSTER, ['main', 'datapathProvider', 'ADVANCED_DATAPATH'])],
          failing: [good('nothing said', ...GCP_CLUSTER)],
        },
      },
      azure: {
        standards: [cisCloud('aks', '5.4.4')],
        demands: [
          {
            form: 'resource',
            types: [AZURE.cluster],
            message: 'it does not carry network policies out',
            holds: ({ props }) => !['none', undefined].includes(textAt(props, 'networkProfile.networkPolicy')),
          },
        ],
        examples: {
          passing: [bad('Cilium', AZURE_CLUSTER, ['main', 'networkProfile.networkPolicy', 'cilium'])],
          failing: [good('nothing said', ...AZURE_CLUSTER)],
        },
      },
    },
  }),
  cloudRule({
    ...common,
    id: 'kubernetes-deletion-protection',
    title: 'Clusters are not deleted by accident',
    reason: 'With a cluster go all its brokers at once, and every tenant in it stands still until it is made again.',
    fix: 'Set deletionProtection: true (aws, gcp), or protect: true or a CanNotDelete lock on the cluster (azure).',
    scope:
      "AKS has no protection of its own, and a lock keeps its pools from going too: there Pulumi's protection will do.",
    clouds: {
      aws: {
        demands: [deletionDemand(AWS.cluster)],
        examples: {
          passing: [bad('protected', AWS_CLUSTER, ['main', 'deletionProtection', true])],
          failing: [good('nothing said', ...AWS_CLUSTER)],
        },
      },
      gcp: {
        demands: [deletionDemand(GCP.cluster)],
        examples: {
          passing: [bad('protected', GCP_CLUSTER, ['main', 'deletionProtection', true])],
          failing: [bad('turned off', GCP_CLUSTER, ['main', 'deletionProtection', false])],
        },
      },
      azure: {
        demands: [
          {
            form: 'stack',
            types: [AZURE.cluster],
            message: 'neither a lock nor Pulumi keeps it from being deleted',
            holds: (cluster, stack) =>
              cluster.protect ||
              stack
                .speakingOf(cluster, 'scope', AZURE.lockByScope)
                .some(({ props }) => ['CanNotDelete', 'ReadOnly'].includes(textAt(props, 'level') ?? '')),
          },
        ],
        examples: {
          passing: [
            { title: 'protected', resources: AZURE_CLUSTER.map((one) => ({ ...one, protect: true })) },
            good(
              'a lock',
              ...AZURE_CLUSTER,
              example(AZURE.lockByScope, 'lock', { scope: '/subscriptions/s/example-main', level: 'CanNotDelete' }),
            ),
          ],
          failing: [good('none', ...AZURE_CLUSTER)],
        },
      },
    },
  }),
];

function deletionDemand(type: string): ResourceDemand {
  return {
    form: 'resource',
    types: [type],
    message: 'it is deleted when asked',
    holds: ({ props }) => isOn(props, 'deletionProtection'),
  };
}

function hasNetworkAddOn(cluster: CloudResource, stack: CloudStack): boolean {
  return stack
    .speakingOf(cluster, 'clusterName', AWS.addOn)
    .some(({ props }) => textsAt(props, 'addonName').includes('vpc-cni'));
}
