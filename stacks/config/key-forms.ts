import type { Cloud } from '../../contracts/cloud.ts';

/** A customer's key, as far as its text tells: which cloud it is of and where it lies. */
export interface CustomerKey {
  readonly cloud: Exclude<Cloud, 'local'>;
  /** Region (aws) or location (gcp); Key Vault URLs (azure) do not say. */
  readonly location?: string;
}

/** Reads a key's identifier, or gives undefined where it has no cloud's form. */
export function parseCustomerKey(text: string): CustomerKey | undefined {
  const aws = AWS_KEY.exec(text);
  if (aws !== null) return { cloud: 'aws', ...located(aws.groups?.['region']) };
  const gcp = GCP_KEY.exec(text);
  if (gcp !== null) return { cloud: 'gcp', ...located(gcp.groups?.['location']) };
  return AZURE_KEY.test(text) ? { cloud: 'azure' } : undefined;
}

/** Form of a key's identifier on each cloud, for messages. */
export const CUSTOMER_KEY_FORMS: Readonly<Record<Exclude<Cloud, 'local'>, string>> = {
  aws: 'arn:aws:kms:<region>:<account>:key/<key id>',
  gcp: 'projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>',
  azure: 'https://<vault>.vault.azure.net/keys/<key>/<version>',
};

/** Of a cloud that a text begins like, though its form is not whole. */
export function resemblesKeyOf(text: string): Exclude<Cloud, 'local'> | undefined {
  if (text.startsWith('arn:')) return 'aws';
  if (text.startsWith('projects/')) return 'gcp';
  return /^https:\/\/[^/]*\.azure\.net/.test(text) ? 'azure' : undefined;
}

// Aliases are left out on purpose: an alias can be pointed at another key under the volumes that the first one encrypts.
const AWS_KEY =
  /^arn:aws(-[a-z]+)*:kms:(?<region>[a-z0-9-]+):\d{12}:key\/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
// Without a version: Cloud KMS rotates inside the key.
const GCP_KEY =
  /^projects\/[a-z][a-z0-9:.-]{4,61}\/locations\/(?<location>[a-z0-9-]+)\/keyRings\/[\w-]{1,63}\/cryptoKeys\/[\w-]{1,63}$/;
// With a version: disk encryption sets start from one and follow later ones by themselves.
const AZURE_KEY =
  /^https:\/\/[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]\.(vault|managedhsm)\.azure\.net\/keys\/[a-zA-Z0-9-]{1,127}\/[0-9a-f]{32}$/;

function located(location: string | undefined): Pick<CustomerKey, 'location'> {
  return location === undefined ? {} : { location };
}
