import { ComponentResource, interpolate, output } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Input, Output } from '@pulumi/pulumi';
import { CryptoKeyIAMMember } from '@pulumi/gcp/kms/cryptoKeyIAMMember.js';
import { CryptoKey } from '@pulumi/gcp/kms/cryptoKey.js';
import { KeyRing } from '@pulumi/gcp/kms/keyRing.js';
import { refuseProblems } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';
import { resourceName } from '../resource-name.ts';
import { keyArgs, KEY_USER_ROLE, MAX_KEY_NAME } from './key-args.ts';
import { regionLabels } from './region-labels.ts';
import { regionProblems } from './region-problems.ts';
import type { GcpServiceAgents } from './service-agents.ts';

export interface GcpPlatformKeyArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** Who encrypts something of the platform's with the key: nobody else may use it. */
  readonly agents: Readonly<Record<keyof GcpServiceAgents, Input<string>>>;
}

/**
 * A region's key ring, and in it the key that encrypts what belongs to the platform: volumes, the nodes' disks, secrets
 * in etcd, the database. Tenants' keys go into the same ring.
 *
 * GCP deletes neither rings nor keys, only what is in keys (cloud.google.com/kms/docs/resource-hierarchy#lifetime). A
 * region that was destroyed and is made again under its name finds both there: `pulumi import` takes them back, with
 * everything that is still encrypted by them.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpPlatformKey extends ComponentResource {
  /** Resource name of the ring, projects/…/keyRings/…, which tenants' keys are made in. */
  readonly keyRingId: Output<string>;
  /** Resource name of the key, projects/…/cryptoKeys/…, given out once those who need it may use it. */
  readonly keyId: Output<string>;

  constructor(name: string, args: GcpPlatformKeyArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`platform key ${name}`, regionProblems(args));
    super('flotilla:gcp:PlatformKey', name, {}, options);

    const { stack, region } = args;
    const data = { parent: this, protect: true, retainOnDelete: true };
    const ring = new KeyRing(
      `${name}-ring`,
      {
        project: region.account,
        location: region.name,
        name: resourceName([stack, 'ring'], { maxLength: MAX_KEY_NAME }),
      },
      data,
    );
    const key = new CryptoKey(
      `${name}-key`,
      {
        ...keyArgs('PREVENT'),
        keyRing: ring.id,
        // Of three parts, which no tenant's name can have: one may be called platform.
        name: resourceName([stack, 'region', 'platform'], { maxLength: MAX_KEY_NAME }),
        labels: regionLabels(args),
      },
      data,
    );
    const { compute, container, storage, cloudSql, secretManager } = args.agents;
    const grants = Object.entries({ compute, container, storage, cloudSql, secretManager }).map(
      ([agent, email]) =>
        new CryptoKeyIAMMember(
          `${name}-${agent}-grant`,
          { cryptoKeyId: key.id, role: KEY_USER_ROLE, member: interpolate`serviceAccount:${email}` },
          // What the key encrypts outlives the stack, and cannot be read without the grant.
          data,
        ),
    );

    this.keyRingId = ring.id;
    this.keyId = output({ id: key.id, granted: grants.map((grant) => grant.id) }).apply(({ id }) => id);
    this.registerOutputs({ keyRingId: this.keyRingId, keyId: this.keyId });
  }
}
