import type { NetworkPolicyEgressRule } from 'cdk8s-plus-27/lib/imports/k8s.js';
import type { DatabaseOutputs } from '../../../contracts/region-outputs.ts';
import { toRanges } from '../shared/openings.ts';
import { configFolder, secretFolder } from '../shared/platform-container.ts';
import type { MountedFolder } from '../shared/platform-container.ts';

/** How one service of the control plane reaches the database, as a role of its own. */
export interface DatabaseAccess {
  readonly args: readonly string[];
  readonly folder: MountedFolder;
  readonly opening: NetworkPolicyEgressRule;
}

/** Secret with a service's own role: `username`, `password`, and `ca.crt` where the database has TLS. */
export function databaseSecret(service: string): string {
  return `database-${service}`;
}

/** Access of `service` to the database of the control plane. */
export function databaseAccess(service: string, database: DatabaseOutputs): DatabaseAccess {
  return {
    args: [
      `--database-host=${database.host}`,
      `--database-port=${database.port}`,
      `--database-name=${database.name}`,
      `--database-credentials=${configFolder(databaseSecret(service))}`,
    ],
    folder: secretFolder(databaseSecret(service)),
    opening: toRanges(database.addressRanges, database.port),
  };
}
