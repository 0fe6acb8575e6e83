import type { Cloud } from '../../contracts/cloud.ts';

/**
 * Zones of a region that tenants may be placed in, as the Kubernetes label `topology.kubernetes.io/zone` names them,
 * or undefined where the project does not know the region.
 */
export function knownZones(cloud: Cloud, region: string): readonly string[] | undefined {
  const suffixes = Object.hasOwn(ZONE_SUFFIXES[cloud], region) ? ZONE_SUFFIXES[cloud][region] : undefined;
  return suffixes?.map((suffix) => `${region}${ZONE_SEPARATOR[cloud]}${suffix}`);
}

/** Regions that the project knows on a cloud, sorted by name. */
export function knownRegions(cloud: Cloud): readonly string[] {
  return Object.keys(ZONE_SUFFIXES[cloud]).sort();
}

const ZONE_SEPARATOR: Readonly<Record<Cloud, string>> = { aws: '', gcp: '-', azure: '-', local: '-' };

const A_TO_C = ['a', 'b', 'c'] as const;
const B_TO_D = ['b', 'c', 'd'] as const;
const A_TO_D = ['a', 'b', 'c', 'd'] as const;
const ONE_TO_THREE = ['1', '2', '3'] as const;

/**
 * Looked up on 2026-11-22: aws, the table of zones in the public EC2 simulator moto (letters differ from account to
 * account, and a zone may lack a class; see https://docs.aws.amazon.com/global-infrastructure/latest/regions/);
 * gcp, https://cloud.google.com/compute/docs/regions-zones; azure, regions with three availability zones in
 * https://learn.microsoft.com/azure/reliability/regions-list, named as in
 * https://kubernetes-sigs.github.io/cloud-provider-azure/topics/availability-zones/.
 */
const ZONE_SUFFIXES: Readonly<Record<Cloud, Readonly<Record<string, readonly string[]>>>> = {
  aws: {
    'ap-northeast-1': ['a', 'c', 'd'],
    'ap-northeast-2': A_TO_D,
    'ap-south-1': A_TO_C,
    'ap-southeast-1': A_TO_C,
    'ap-southeast-2': A_TO_C,
    'ca-central-1': ['a', 'b', 'd'],
    'eu-central-1': A_TO_C,
    'eu-north-1': A_TO_C,
    'eu-west-1': A_TO_C,
    'eu-west-2': A_TO_C,
    'eu-west-3': A_TO_C,
    'sa-east-1': A_TO_C,
    'us-east-1': ['a', 'b', 'c', 'd', 'e', 'f'],
    'us-east-2': A_TO_C,
    'us-west-2': A_TO_D,
  },
  gcp: {
    'asia-east1': A_TO_C,
    'asia-northeast1': A_TO_C,
    'asia-south1': A_TO_C,
    'asia-southeast1': A_TO_C,
    'australia-southeast1': A_TO_C,
    'europe-north1': A_TO_C,
    'europe-west1': B_TO_D,
    'europe-west2': A_TO_C,
    'europe-west3': A_TO_C,
    'europe-west4': A_TO_C,
    'northamerica-northeast1': A_TO_C,
    'southamerica-east1': A_TO_C,
    'us-central1': ['a', 'b', 'c', 'f'],
    'us-east1': B_TO_D,
    'us-east4': A_TO_C,
    'us-west1': A_TO_C,
  },
  azure: {
    australiaeast: ONE_TO_THREE,
    brazilsouth: ONE_TO_THREE,
    canadacentral: ONE_TO_THREE,
    centralindia: ONE_TO_THREE,
    centralus: ONE_TO_THREE,
    eastus: ONE_TO_THREE,
    eastus2: ONE_TO_THREE,
    francecentral: ONE_TO_THREE,
    germanywestcentral: ONE_TO_THREE,
    japaneast: ONE_TO_THREE,
    koreacentral: ONE_TO_THREE,
    northeurope: ONE_TO_THREE,
    norwayeast: ONE_TO_THREE,
    southeastasia: ONE_TO_THREE,
    swedencentral: ONE_TO_THREE,
    uksouth: ONE_TO_THREE,
    westeurope: ONE_TO_THREE,
    westus2: ONE_TO_THREE,
    westus3: ONE_TO_THREE,
  },
  local: { local: A_TO_C },
};
