import { ComponentResource, interpolate, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { DnsManagedZoneIamMember } from '@pulumi/gcp/dns/dnsManagedZoneIamMember.js';
import { KeyRingIAMMember } from '@pulumi/gcp/kms/keyRingIAMMember.js';
import { IAMMember } from '@pulumi/gcp/projects/iammember.js';
import { IAMCustomRole } from '@pulumi/gcp/projects/iamcustomRole.js';
import { Account } from '@pulumi/gcp/serviceaccount/account.js';
import { IAMMember as ServiceAccountIamMember } from '@pulumi/gcp/serviceaccount/iammember.js';
import { NAMESPACES } from '../../../contracts/names.ts';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import {
  BUCKET_KEEPER,
  bucketCondition,
  DNS_ZONE_LISTER,
  DNS_ZONE_WRITER,
  KEY_KEEPER,
  keyCondition,
  SERVICE_ACCOUNT_KEEPER,
} from './platform-roles.ts';
import type { CustomRole } from './platform-roles.ts';
import { regionProblems } from './region-problems.ts';

export interface GcpPlatformIdentitiesArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Pool of the identities of pods, given out once a cluster of the project has made it. */
  readonly workloadPool: Input<string>;
  /** Name of the managed zone of the region's domain. */
  readonly dnsZone: Input<string>;
  /** Only in the control-plane region: what the bucket provisioner makes tenants' storage in. */
  readonly bucketProvisioner?: {
    /** Resource name of the key ring of tenants' keys. */
    readonly keyRingId: Input<string>;
    /** Key in that ring which is none of its business. */
    readonly platformKeyId: Input<string>;
  };
}

/**
 * Identities of the platform's services that call GCP, each bound to its one service account in Kubernetes.
 *
 * A project has one pool of workload identities: a service account of the same name and namespace in another cluster of the
 * project is the same to GCP. Whoever may make pods in `flotilla-dns` of one cluster has external-dns' rights of all.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpPlatformIdentities extends ComponentResource {
  /** E-mail of external-dns' service account, given out once it may do what it has to. */
  readonly externalDns: Output<string>;
  readonly bucketProvisioner: Output<string> | undefined;

  constructor(name: string, args: GcpPlatformIdentitiesArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`platform identities ${name}`, regionProblems(args));
    super('flotilla:gcp:PlatformIdentities', name, {}, options);

    const place = { ...args, options: { parent: this } };
    this.externalDns = makeExternalDns(`${name}-external-dns`, place);
    this.bucketProvisioner =
      args.bucketProvisioner === undefined
        ? undefined
        : makeBucketProvisioner(`${name}-bucket-provisioner`, { ...place, storage: args.bucketProvisioner });
    this.registerOutputs({ externalDns: this.externalDns, bucketProvisioner: this.bucketProvisioner });
  }
}

interface PlaceArgs extends Pick<GcpPlatformIdentitiesArgs, 'stack' | 'region' | 'workloadPool' | 'dnsZone'> {
  readonly options: CustomResourceOptions;
}

/** May change the records of the one zone; it finds the zone in the list of all, which tells names and no records. */
function makeExternalDns(name: string, args: PlaceArgs): Output<string> {
  const { region, options } = args;
  const { account: project } = region;
  const { account, bound } = makeServiceIdentity(name, args, {
    namespace: NAMESPACES.dns,
    serviceAccount: 'external-dns',
    description: `external-dns: records of ${args.stack}, nothing else`,
  });
  const lister = makeRole(`${name}-zones`, args, DNS_ZONE_LISTER);
  const writer = makeRole(`${name}-records`, args, DNS_ZONE_WRITER);
  const { member } = account;
  const grants = [
    bound,
    new IAMMember(`${name}-lists-zones`, { project, role: lister.id, member }, options).id,
    new DnsManagedZoneIamMember(
      `${name}-writes-records`,
      { project, managedZone: args.dnsZone, role: writer.id, member },
      options,
    ).id,
  ];
  return output({ email: account.email, grants }).apply(({ email }) => email);
}

/**
 * May make and keep the storage of tenants: buckets named `flotilla-…`, keys of the region's ring, service accounts. IAM
 * has no condition on a service account's name (docs.cloud.google.com/iam/docs/conditions-resource-attributes), so that
 * the last is wider than it should be: nothing but the platform belongs into the project.
 */
function makeBucketProvisioner(
  name: string,
  args: PlaceArgs & { readonly storage: NonNullable<GcpPlatformIdentitiesArgs['bucketProvisioner']> },
): Output<string> {
  const { region, options, storage } = args;
  const { account: project } = region;
  const { account, bound } = makeServiceIdentity(name, args, {
    namespace: NAMESPACES.controlPlane,
    serviceAccount: 'bucket-provisioner',
    description: `Bucket provisioner: storage of tenants of ${args.stack}`,
  });
  const { member } = account;
  const buckets = makeRole(`${name}-buckets`, args, BUCKET_KEEPER);
  const keys = makeRole(`${name}-keys`, args, KEY_KEEPER);
  const accounts = makeRole(`${name}-accounts`, args, SERVICE_ACCOUNT_KEEPER);
  const grants = [
    bound,
    new IAMMember(
      `${name}-keeps-buckets`,
      {
        project,
        role: buckets.id,
        member,
        condition: { title: 'buckets-of-flotilla', expression: bucketCondition() },
      },
      options,
    ).id,
    new KeyRingIAMMember(
      `${name}-keeps-keys`,
      {
        keyRingId: storage.keyRingId,
        role: keys.id,
        member,
        condition: { title: 'keys-of-tenants', expression: output(storage.platformKeyId).apply(keyCondition) },
      },
      options,
    ).id,
    new IAMMember(`${name}-keeps-accounts`, { project, role: accounts.id, member }, options).id,
  ];
  return output({ email: account.email, grants }).apply(({ email }) => email);
}

/** A service account of the cloud, which one service account of Kubernetes acts as. */
function makeServiceIdentity(
  name: string,
  { stack, region, workloadPool, options }: PlaceArgs,
  who: { readonly namespace: string; readonly serviceAccount: string; readonly description: string },
): { readonly account: Account; readonly bound: Output<string> } {
  const account = new Account(
    name,
    {
      project: region.account,
      // In two parts, for a tenant may be named as a service is.
      accountId: resourceName([stack, 'platform', who.serviceAccount], { maxLength: MAX_ACCOUNT_ID }),
      displayName: `${who.serviceAccount} of ${stack}`,
      description: who.description,
    },
    options,
  );
  const binding = new ServiceAccountIamMember(
    `${name}-workload-identity`,
    {
      serviceAccountId: account.name,
      role: 'roles/iam.workloadIdentityUser',
      member: interpolate`serviceAccount:${workloadPool}[${who.namespace}/${who.serviceAccount}]`,
    },
    options,
  );
  return { account, bound: binding.id };
}

function makeRole(name: string, { stack, region, options }: PlaceArgs, role: CustomRole): IAMCustomRole {
  return new IAMCustomRole(
    name,
    {
      project: region.account,
      roleId: resourceName([stack, role.name], { maxLength: MAX_ROLE_ID }).replaceAll('-', '_'),
      title: `${role.title} (${stack})`.slice(0, MAX_ROLE_TITLE),
      permissions: [...role.permissions],
    },
    options,
  );
}

const MAX_ACCOUNT_ID = 30;
/** docs.cloud.google.com/iam/docs/creating-custom-roles */
const MAX_ROLE_ID = 64;
const MAX_ROLE_TITLE = 100;
