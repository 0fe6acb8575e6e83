import { interpolate, output } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { CryptoKeyIAMMember } from '@pulumi/gcp/kms/cryptoKeyIAMMember.js';
import { CryptoKey } from '@pulumi/gcp/kms/cryptoKey.js';
import type { TenantStorageArgs } from '../tenant-storage.ts';
import { keyArgs, KEY_USER_ROLE } from './key-args.ts';
import { tenantLabels } from './region-labels.ts';

export interface TenantKeyArgs {
  readonly storage: TenantStorageArgs;
  readonly keyRingId: Input<string>;
  /** E-mail addresses of the agents that encrypt volumes and buckets. */
  readonly agents: { readonly compute: Input<string>; readonly storage: Input<string> };
  /** Parent and protection. */
  readonly options: CustomResourceOptions;
}

/**
 * The tenant's own key, or the customer's; its resource name is given out once the bucket can be encrypted with it. A
 * customer's key encrypts the brokers' volumes too.
 */
export function makeTenantKey(name: string, args: TenantKeyArgs): Output<string> {
  const { storage, agents } = args;
  const customerKey = storage.tenant.encryptionKey;
  const keyId = customerKey === undefined ? makeOwnKey(name, args) : customerKey.customerKeyId;
  const grants = [
    grant(`${name}-bucket-grant`, { keyId, agent: agents.storage }, args.options),
    ...(customerKey === undefined
      ? []
      : [grant(`${name}-volume-grant`, { keyId, agent: agents.compute }, args.options)]),
  ];
  return output({ keyId, grants }).apply((all) => all.keyId);
}

/**
 * GCP never deletes a key, so that its name is taken for good: it is Pulumi's own, for a tenant may leave and come again.
 * After a lost state the labels tell whose a key is.
 */
function makeOwnKey(name: string, { storage, keyRingId, options }: TenantKeyArgs): Output<string> {
  return new CryptoKey(
    `${name}-key`,
    {
      ...keyArgs(storage.tenant.deletionProtection ? 'PREVENT' : 'DELETE'),
      keyRing: keyRingId,
      labels: tenantLabels(storage),
    },
    options,
  ).id;
}

function grant(
  name: string,
  { keyId, agent }: { readonly keyId: Input<string>; readonly agent: Input<string> },
  options: CustomResourceOptions,
): Output<string> {
  return new CryptoKeyIAMMember(
    name,
    { cryptoKeyId: keyId, role: KEY_USER_ROLE, member: interpolate`serviceAccount:${agent}` },
    options,
  ).id;
}
