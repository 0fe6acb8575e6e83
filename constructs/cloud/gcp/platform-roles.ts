/** What a custom role allows. Roles that Google keeps are wider, and grow. */
export interface CustomRole {
  /** Part of its id. */
  readonly name: string;
  readonly title: string;
  readonly permissions: readonly string[];
}

/** Given on the project: tells which zones there are, and none of their records. */
export const DNS_ZONE_LISTER: CustomRole = {
  name: 'dns-zones',
  title: 'Lists DNS zones',
  permissions: ['dns.managedZones.list'],
};

/** Given on one zone. */
export const DNS_ZONE_WRITER: CustomRole = {
  name: 'dns-records',
  title: 'Changes DNS records',
  permissions: [
    'dns.changes.create',
    'dns.changes.get',
    'dns.resourceRecordSets.create',
    'dns.resourceRecordSets.delete',
    'dns.resourceRecordSets.list',
    'dns.resourceRecordSets.update',
  ],
};

/** Given on the project, under {@link bucketCondition}. No object is read: one is deleted with a bucket that may go. */
export const BUCKET_KEEPER: CustomRole = {
  name: 'tenant-buckets',
  title: "Keeps tenants' buckets",
  permissions: [
    'storage.buckets.create',
    'storage.buckets.delete',
    'storage.buckets.get',
    'storage.buckets.getIamPolicy',
    'storage.buckets.setIamPolicy',
    'storage.buckets.update',
    'storage.objects.delete',
    'storage.objects.list',
  ],
};

/** Given on the key ring, under {@link keyCondition}. It uses no key. */
export const KEY_KEEPER: CustomRole = {
  name: 'tenant-keys',
  title: "Keeps tenants' keys",
  permissions: [
    'cloudkms.cryptoKeyVersions.destroy',
    'cloudkms.cryptoKeyVersions.get',
    'cloudkms.cryptoKeyVersions.list',
    'cloudkms.cryptoKeys.create',
    'cloudkms.cryptoKeys.get',
    'cloudkms.cryptoKeys.getIamPolicy',
    'cloudkms.cryptoKeys.setIamPolicy',
    'cloudkms.cryptoKeys.update',
  ],
};

/** Given on the project, without `actAs` and without tokens. */
export const SERVICE_ACCOUNT_KEEPER: CustomRole = {
  name: 'tenant-accounts',
  title: "Keeps tenants' service accounts",
  permissions: [
    'iam.serviceAccounts.create',
    'iam.serviceAccounts.delete',
    'iam.serviceAccounts.get',
    'iam.serviceAccounts.getIamPolicy',
    'iam.serviceAccounts.setIamPolicy',
    'iam.serviceAccounts.update',
  ],
};

/**
 * Buckets named by `resourceName`, and what is in them. To make one is asked of the project, whose name is no bucket's
 * (docs.cloud.google.com/iam/docs/conditions-resource-attributes).
 */
export function bucketCondition(): string {
  return [
    'resource.type == "cloudresourcemanager.googleapis.com/Project"',
    'resource.name.startsWith("projects/_/buckets/flotilla-")',
  ].join(' || ');
}

/** Keys named by `resourceName`, but the platform's; to make one is asked of the ring. */
export function keyCondition(platformKeyId: string): string {
  const key = 'resource.name.extract("/cryptoKeys/{key}")';
  const platformKey = platformKeyId.split('/').at(-1) ?? '';
  return [
    'resource.type == "cloudkms.googleapis.com/KeyRing"',
    `(${key}.startsWith("flotilla-") && !${key}.startsWith("${platformKey}"))`,
  ].join(' || ');
}
