import { clusterNameOf, clustersOf, tenantsOf } from '../draft.ts';
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

export const fleetRules: readonly FleetRule[] = [oneHost, bootstrapServer, tenantOnce, clusterIdOnce, noOverlap];
