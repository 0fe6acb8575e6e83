import { join } from 'node:path';
import type { Cloud } from '../../contracts/cloud.ts';
import type { ImageLock } from '../../contracts/images.ts';
import { MOTHERSHIP } from '../../contracts/names.ts';
import type { RegionOutputs } from '../../contracts/region-outputs.ts';
import { loadImageLock } from '../../images/image-lock.ts';
import { loadStack, requireParsed } from '../../stacks/config.ts';
import type { StackConfig, TenantConfig } from '../../stacks/stack-config.ts';
import { synthesize, type ManifestFile } from '../../stacks/synthesis.ts';
import { toYaml } from '../../stacks/yaml.ts';

const PROJECT = join(import.meta.dirname, '..', '..');

export const STACKS = ['aws-us-west-2', 'gcp-us-central1', 'azure-westeurope', 'local'] as const;
export type StackName = (typeof STACKS)[number];

/** Config of one of the stacks of the project. */
export function stackConfig(stack: StackName): StackConfig {
  const known = configs.get(stack) ?? requireParsed(loadStack(join(PROJECT, 'stacks'), stack));
  configs.set(stack, known);
  return known;
}

const configs = new Map<StackName, StackConfig>();

/** The project's image lock as a stack sees it. */
export function imagesOf({ region }: StackConfig): ImageLock {
  return loadImageLock(join(PROJECT, 'images', 'images.lock.json'), region.imageRegistry);
}

/** Outputs made up from a config, in each cloud's forms. */
export function outputsOf(config: StackConfig): RegionOutputs {
  const { cloud, name, account } = config.region;
  const tenants = [...config.tenants.map((tenant) => tenant.name), MOTHERSHIP].map((tenant) => [
    tenant,
    {
      keyId: KEYS[cloud](tenant),
      bucket: `flotilla-${tenant}`,
      identity: `identity-${tenant}`,
      ...(cloud === 'local' ? { endpoint: 'http://object-store.flotilla-control-plane.svc.cluster.local:9000' } : {}),
    },
  ]);
  const clusters = config.kubernetesClusters.map((cluster) => [
    cluster.name,
    {
      name: `${config.stack}-${cluster.name}`,
      endpoint: `https://${cluster.name}.example.com`,
      issuer: `https://issuer.example.com/${cluster.name}`,
      ...(cloud === 'gcp' ? {} : { gatewayIdentity: 'identity-gateway' }),
      ...(cloud === 'aws' ? { autoscalerIdentity: `identity-autoscaler-${cluster.name}` } : {}),
    },
  ]);
  return {
    cloud,
    region: name,
    account,
    platformKeyId: KEYS[cloud]('platform'),
    identities: {
      externalDns: 'identity-external-dns',
      ...(config.controlPlane === undefined ? {} : { bucketProvisioner: 'identity-bucket-provisioner' }),
    },
    tenants: Object.fromEntries(tenants) as RegionOutputs['tenants'],
    egressRanges: cloud === 'local' ? [] : ['192.0.2.1/32', '192.0.2.2/32', '192.0.2.3/32'],
    kubernetesClusters: cloud === 'local' ? {} : (Object.fromEntries(clusters) as RegionOutputs['kubernetesClusters']),
    ...(cloud === 'azure' ? { volumeResourceGroup: 'flotilla-tenants' } : {}),
    ...(config.controlPlane === undefined
      ? {}
      : {
          database: {
            host: 'database.example.com',
            port: 5432,
            name: 'flotilla',
            addressRanges: ['10.0.250.0/24'],
          },
        }),
  };
}

/** Every file of a stack. */
export function filesOf(config: StackConfig): readonly ManifestFile[] {
  return [...synthesize(config, outputsOf(config), imagesOf(config))];
}

/** Path ▶ YAML of every file of a stack. */
export function synthesizeToText(config: StackConfig): ReadonlyMap<string, string> {
  return new Map(filesOf(config).map(({ path, objects }) => [path, toYaml(objects)]));
}

/** A tenant with nothing out of the ordinary. */
export function plainTenant(config: StackConfig, name: string): TenantConfig {
  const cluster = config.kubernetesClusters[0]?.name;
  if (cluster === undefined) throw new Error('the stack has no Kubernetes cluster');
  return {
    name,
    ckus: 1,
    version: '4.3.1',
    cluster,
    zones: config.region.zones,
    limits: {},
    allowedSourceRanges: [],
    config: {},
    deletionProtection: false,
  };
}

const KEYS: Readonly<Record<Cloud, (owner: string) => string>> = {
  aws: (owner) => `arn:aws:kms:us-west-2:123456789012:key/${owner}`,
  gcp: (owner) => `projects/example/locations/us-central1/keyRings/flotilla/cryptoKeys/${owner}`,
  azure: (owner) => `/subscriptions/0/resourceGroups/flotilla/providers/Microsoft.Compute/diskEncryptionSets/${owner}`,
  local: (owner) => `local-${owner}`,
};
