import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { IAMCustomRole } from '@pulumi/gcp/projects/iamcustomRole.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { regionProblems } from './region-problems.ts';

export interface GcpTenantRoleArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
}

/**
 * What a tenant may do with its bucket, as a role that each tenant of a region is given on its own bucket only. One for
 * all of them: a project has room for 300 roles of its own (cloud.google.com/iam/quotas, seen on 2026-11-22).
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpTenantRole extends ComponentResource {
  /** projects/<project>/roles/<role> */
  readonly roleId: Output<string>;

  constructor(name: string, args: GcpTenantRoleArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`tenant role ${name}`, regionProblems(args));
    super('flotilla:gcp:TenantRole', name, {}, options);

    const { stack, region } = args;
    const role = new IAMCustomRole(
      `${name}-role`,
      {
        project: region.account,
        // The id of a role has no dashes.
        roleId: resourceName([stack, 'tenant'], { maxLength: MAX_ROLE_ID }).replaceAll('-', '_'),
        title: `Flotilla tenant in ${stack}`,
        description: 'Reads and writes the objects of the bucket that it is given on',
        stage: 'GA',
        permissions: [...TENANT_PERMISSIONS],
      },
      { parent: this },
    );

    this.roleId = role.name;
    this.registerOutputs({ roleId: this.roleId });
  }
}

/**
 * To write over an object takes `delete` too. Old versions are read and deleted by these as well, for GCP has no
 * permissions of their own for them; what is deleted stays recoverable by soft delete, which takes a role that no tenant
 * has to cut short (cloud.google.com/storage/docs/access-control/iam-permissions).
 */
export const TENANT_PERMISSIONS = [
  'storage.objects.create',
  'storage.objects.delete',
  'storage.objects.get',
  'storage.objects.list',
] as const;

/** cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create */
const MAX_ROLE_ID = 64;
