import type { Cloud } from '../../../contracts/cloud.ts';
import { AWS_CATALOGUE } from './aws.ts';
import { AZURE_CATALOGUE } from './azure.ts';
import type { Catalogue, InstanceClass } from './catalogue.ts';
import { GCP_CATALOGUE } from './gcp.ts';
import { LOCAL_CATALOGUE } from './local.ts';

/** What a cloud publishes about its machines and volumes, and which of them brokers and controllers use. */
export function catalogueOf(cloud: Cloud): Catalogue {
  return CATALOGUES[cloud];
}

/** Class of that name, or undefined where the cloud's catalogue has none. */
export function findInstanceClass(cloud: Cloud, name: string): InstanceClass | undefined {
  return CATALOGUES[cloud].instanceClasses.find((instanceClass) => instanceClass.name === name);
}

const CATALOGUES: Readonly<Record<Cloud, Catalogue>> = {
  aws: AWS_CATALOGUE,
  gcp: GCP_CATALOGUE,
  azure: AZURE_CATALOGUE,
  local: LOCAL_CATALOGUE,
};
