import type { NetworkPolicyEgressRule } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { IntOrString } from 'cdk8s-plus-27/lib/imports/k8s.js';
import { MOTHERSHIP, pscNamespace } from '../../../contracts/names.ts';
import { PORTS as KAFKA_PORTS } from '../kafka/listeners.ts';
import type { ClusterContext, MothershipAccess } from './cluster-context.ts';
import { toRanges } from './openings.ts';
import { configFolder, secretFolder } from './platform-container.ts';
import type { MountedFolder } from './platform-container.ts';
import { NAMESPACE_NAME_LABEL } from './platform-labels.ts';

/**
 * Secret of a namespace with its principal on the mothership: `username`, `password`, and `ca.crt`. Whoever sets a
 * region up makes it; until then the pods that mount it wait.
 */
export const MOTHERSHIP_SECRET = 'mothership-credentials';

/** Folder with the files of {@link MOTHERSHIP_SECRET}. */
export const MOTHERSHIP_FOLDER: MountedFolder = secretFolder(MOTHERSHIP_SECRET);

/** Arguments by which a service finds the mothership. */
export function mothershipArgs(access: MothershipAccess): readonly string[] {
  return [
    `--mothership-bootstrap=${access.bootstrapServer}`,
    `--mothership-credentials=${configFolder(MOTHERSHIP_SECRET)}`,
  ];
}

/** Opening to the mothership: its brokers where they are pods of this cluster, else the addresses of its gateway. */
export function toMothership({ mothership }: ClusterContext): NetworkPolicyEgressRule {
  if (mothership.where === 'elsewhere') {
    return toRanges(mothership.addressRanges, portOf(mothership.bootstrapServer));
  }
  return {
    to: [{ namespaceSelector: { matchLabels: { [NAMESPACE_NAME_LABEL]: pscNamespace(MOTHERSHIP) } } }],
    ports: [{ port: IntOrString.fromNumber(KAFKA_PORTS.internal), protocol: 'TCP' }],
  };
}

function portOf(server: string): number {
  const port = Number(/:(\d+)$/.exec(server)?.[1]);
  if (!Number.isInteger(port)) throw new RangeError(`${server} is no host:port`);
  return port;
}
