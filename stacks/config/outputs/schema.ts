import { z } from 'zod';
import { CLOUDS } from '../../../contracts/cloud.ts';
import type { RegionOutputs } from '../../../contracts/region-outputs.ts';
import { CIDR_PATTERN } from '../cidr.ts';

const text = (what: string) => z.string().min(1, `${what} is not empty.`);

const tenantStorage = z.strictObject({
  keyId: text('A key').describe("The tenant's key, or the customer's own."),
  bucket: text('A bucket').describe('Bucket, or `account/container` on azure.'),
  endpoint: z
    .url({ protocol: /^https?$/, error: 'An endpoint is an http or https address.' })
    .optional()
    .describe("Address of the object store where it is not the cloud's own."),
  identity: text('An identity').describe('Identity that may use this bucket and this key, and nothing else.'),
});

const database = z.strictObject({
  host: text('A host').describe('Host of the database.'),
  port: z
    .int('A port is a whole number from 1 to 65535.')
    .min(1, 'A port is a whole number from 1 to 65535.')
    .max(65_535, 'A port is a whole number from 1 to 65535.')
    .describe('Port of the database.'),
  name: text('A name').describe('Name of the database.'),
  addressRanges: z
    .array(z.string().regex(CIDR_PATTERN, 'An address range is an IPv4 CIDR block, as in 10.0.0.0/16.'))
    .min(1, 'Network policies open nothing without an address range.')
    .describe('CIDR blocks that the database answers from.'),
});

/** The form of `stacks/outputs/<stack>.yaml`: {@link RegionOutputs}. */
export const regionOutputsSchema = z.strictObject({
  cloud: z.enum(CLOUDS).describe('Cloud of the region.'),
  region: text('A region').describe("The cloud's own name of the region."),
  account: text('An account').describe('Account (aws), project (gcp) or subscription (azure).'),
  platformKeyId: text('A key').describe('Key that encrypts what belongs to the platform.'),
  identities: z
    .strictObject({
      externalDns: text('An identity').describe('Identity of external-dns.'),
      bucketProvisioner: text('An identity').optional().describe('Only in the control-plane region.'),
    })
    .describe("Identities of the platform's own services."),
  tenants: z.record(z.string(), tenantStorage).describe("What each tenant's storage component made, by its name."),
  database: database.optional().describe('Only in the control-plane region.'),
});

export type OutputsFile = z.infer<typeof regionOutputsSchema>;

/** The contract's form: without keys whose value is undefined, which the validator's types allow. */
export function completeOutputs({ identities, tenants, database, ...rest }: OutputsFile): RegionOutputs {
  const { bucketProvisioner } = identities;
  return {
    ...rest,
    identities: {
      externalDns: identities.externalDns,
      ...(bucketProvisioner === undefined ? {} : { bucketProvisioner }),
    },
    tenants: Object.fromEntries(
      Object.entries(tenants).map(([name, { endpoint, ...storage }]) => [
        name,
        { ...storage, ...(endpoint === undefined ? {} : { endpoint }) },
      ]),
    ),
    ...(database === undefined ? {} : { database }),
  };
}
