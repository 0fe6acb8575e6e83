import { clusterNameOf, clustersOf, tenantsOf, words } from '../draft.ts';
import type { Draft } from '../draft.ts';
import { formatCidr } from '../cidr.ts';
import { kubernetesClusterId, mothershipBootstrapServer } from '../mothership-address.ts';
import { addressRangesOf, overlappingRanges, suggestFree } from './addresses.ts';
import { repeated } from './rule.ts';
import type { FleetFinding, FleetRule, Named } from './rule.ts';

const tenantOnce: FleetRule = {
  name: 'tenant-once-in-fleet',
  check: (drafts) =>
    acrossStacks(drafts, (draft) =>
      tenantsOf(draft).flatMap(([path, { name }]) =>
        name === undefined ? [] : [{ name, path: [...path, 'name'], stack: draft.stack }],
      ),
    ).map(([later, earlier]) => ({
      stack: later.stack,
      also: [earlier.stack],
      path: later.path,
      message: `The stack ${earlier.stack} has a tenant ${later.name} already.`,
    })),
};

const clusterIdOnce: FleetRule = {
  name: 'cluster-id-once-in-fleet',
  check: (drafts) =>
    acrossStacks(drafts, (draft) =>
      clustersOf(draft).flatMap(([path, { name }]) =>
        name === undefined
          ? []
          : [{ name: kubernetesClusterId(draft.stack, name), path: [...path, 'name'], stack: draft.stack }],
      ),
    ).map(([later, earlier]) => ({
      stack: later.stack,
      also: [earlier.stack],
      path: later.path,
      message: `A Kubernetes cluster of the stack ${earlier.stack} has the identifier ${later.name} too.`,
    })),
};

interface InStack extends Named {
  readonly stack: string;
}

/** Names that two stacks have, the later stack's first; within one stack its own rules speak. */
function acrossStacks(
  drafts: readonly Draft[],
  named: (draft: Draft) => readonly InStack[],
): readonly (readonly [InStack, InStack])[] {
  return repeated(drafts.flatMap(named)).filter(([later, earlier]) => later.stack !== earlier.stack);
}

const noOverlap: FleetRule = {
  name: 'address-range-overlap-in-fleet',
  check: (drafts) => {
    const ranges = drafts.flatMap(addressRangesOf);
    return overlappingRanges(ranges)
      .filter(([later, earlier]) => later.stack !== earlier.stack)
      .map(([later, earlier]) => ({
        stack: later.stack,
        also: [earlier.stack],
        path: later.path,
        message: `The range of ${later.use} overlaps ${formatCidr(earlier.cidr)}, the range of ${earlier.use} in the stack ${earlier.stack}.`,
        ...suggestFree(later.cidr.prefixLength, ranges),
      }));
  },
};

/** A region on one machine is a fleet of its own; all others share one control plane. */
function fleetsOf(drafts: readonly Draft[]): readonly (readonly Draft[])[] {
  const local = drafts.filter(({ file }) => file.region?.cloud === 'local');
  const others = drafts.filter(({ file }) => file.region?.cloud !== 'local');
  return [...local.map((draft) => [draft]), ...(others.length === 0 ? [] : [others])];
}

const oneHost: FleetRule = {
  name: 'one-control-plane',
  check: (drafts) =>
    fleetsOf(drafts).flatMap((fleet): readonly FleetFinding[] => {
      const hosts = fleet.filter(({ file }) => file.mothership?.hosted === true);
      const [first, ...more] = hosts;
      if (first !== undefined) {
        return more.map(({ stack }) => ({
          stack,
          also: [first.stack],
          path: ['mothership', 'hosted'],
          message: `The stack ${first.stack} hosts the control plane and the mothership already.`,
          suggestion: `Set hosted to false and name the bootstrapServer of ${first.stack}.`,
        }));
      }
      // A stack whose mothership could not be read may be the host.
      if (fleet.some(({ file }) => file.mothership?.hosted === undefined)) return [];
      return fleet.slice(0, 1).map(({ stack }) => ({
        stack,
        also: fleet.slice(1).map((other) => other.stack),
        path: ['mothership', 'hosted'],
        message: 'No stack hosts the control plane and the mothership.',
        suggestion: 'Set hosted to true in one stack and add controlPlane there.',
      }));
    }),
};

const bootstrapServer: FleetRule = {
  name: 'mothership-address',
  check: (drafts) =>
    fleetsOf(drafts).flatMap((fleet) => {
      const hosts = fleet.flatMap((draft) => {
        const { mothership, region } = draft.file;
        const cluster = mothership?.hosted === true ? clusterNameOf(draft, mothership.cluster) : undefined;
        return cluster === undefined || region?.domain === undefined
          ? []
          : [{ stack: draft.stack, address: mothershipBootstrapServer(draft.stack, cluster, region.domain) }];
      });
      const [host] = hosts;
      if (host === undefined || hosts.length > 1) return [];
      return fleet.flatMap(({ stack, file }): readonly FleetFinding[] => {
        const named = file.mothership?.hosted === false ? file.mothership.bootstrapServer : undefined;
        if (named === undefined || named === host.address) return [];
        const message = `The mothership is in the stack ${host.stack}, at ${host.address}.`;
        const path = ['mothership', 'bootstrapServer'];
        return [{ stack, also: [host.stack], path, message, suggestion: `Use ${host.address}.` }];
      });
    }),
};

const privateLinkOffered: FleetRule = {
  name: 'private-link-offered',
  check: (drafts) =>
    fleetsOf(drafts).flatMap((fleet) => {
      const [host, ...more] = fleet.filter(({ file }) => file.mothership?.hosted === true);
      if (host === undefined || more.length > 0) return [];
      return fleet.flatMap((draft): readonly FleetFinding[] => {
        const message = linkRefusal(draft, host);
        const found = { stack: draft.stack, also: [host.stack], path: ['mothership', 'privateLink'] };
        return message === undefined ? [] : [{ ...found, at: 'key', ...message }];
      });
    }),
};

function linkRefusal(
  { file: { region, mothership } }: Draft,
  host: Draft,
): Pick<FleetFinding, 'message' | 'suggestion'> | undefined {
  if (mothership?.hosted !== false || mothership.privateLink === undefined) return undefined;
  const { region: hostRegion, mothership: hosted } = host.file;
  if (region?.cloud === undefined || region.account === undefined || hostRegion?.cloud === undefined) return undefined;
  if (region.cloud !== hostRegion.cloud) {
    return {
      message: `The mothership is on ${hostRegion.cloud}, in the stack ${host.stack}: a private link joins networks of one cloud.`,
      suggestion: 'Take privateLink out: the public address is reached over mutual TLS.',
    };
  }
  const consumers = hosted?.hosted === true ? words(hosted.privateLink?.consumers) : [];
  return consumers.includes(region.account)
    ? undefined
    : {
        message: `The stack ${host.stack} offers the mothership to no network of ${region.account}.`,
        suggestion: `Add ${region.account} to mothership.privateLink.consumers of ${host.stack}.`,
      };
}

export const fleetRules: readonly FleetRule[] = [
  privateLinkOffered,
  oneHost,
  bootstrapServer,
  tenantOnce,
  clusterIdOnce,
  noOverlap,
];
