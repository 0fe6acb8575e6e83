import { isPublic, type PublicStackConfig } from '../../stacks/region-args.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { type StackName, stackConfig } from './synthesis-fixture.ts';

/**
 * A stack of the project with everything in it that a region can have: control plane with its database, and the mothership
 * offered by a private link, beside tenants' own keys and the budget. The project's own stacks have one that comes near.
 */
export function hostingConfig(stack: Exclude<StackName, 'local'>): PublicStackConfig {
  const config = stackConfig(stack);
  const { cloud } = config.region;
  if (cloud === 'local') throw new Error(`${stack} is on no cloud`);
  const hosting: StackConfig = {
    ...config,
    mothership: {
      hosted: true,
      ckus: 2,
      version: '4.3.1',
      cluster: 'a',
      clientRanges: [],
      privateLink: PRIVATE_LINKS[cloud](config.region.account),
    },
    controlPlane: {
      cluster: 'a',
      database: { version: '18', instanceClass: DATABASES[cloud], storageGib: 128, backupRetentionDays: 14 },
    },
  };
  if (!isPublic(hosting)) throw new Error(`${stack} is not to be made yet`);
  return hosting;
}

const DATABASES = { aws: 'db.m7g.large', gcp: 'db-custom-4-16384', azure: 'Standard_D2ds_v5' } as const;

const PRIVATE_LINKS = {
  aws: (account: string) => ({
    loadBalancer: `arn:aws:elasticloadbalancing:us-west-2:${account}:loadbalancer/net/gateway/0123456789abcdef`,
    consumers: [account],
    consumerRegions: ['eu-west-1'],
  }),
  gcp: (project: string) => ({
    loadBalancer: `projects/${project}/regions/us-central1/forwardingRules/gateway`,
    consumers: ['another-project'],
  }),
  azure: (subscription: string) => ({
    loadBalancer: `/subscriptions/${subscription}/resourceGroups/nodes/providers/Microsoft.Network/loadBalancers/kubernetes/frontendIPConfigurations/gateway`,
    consumers: ['22222222-2222-4222-8222-222222222222'],
  }),
} as const;
