import { catalogueOf, findInstanceClass } from '../../../constructs/capacity/catalogue/index.ts';
import { LOCAL_MEMORY_MIB, LOCAL_PLATFORM_MEMORY_MIB } from '../../../constructs/capacity/catalogue/local.ts';
import { MEGABYTE } from '../../../constructs/capacity/units.ts';
import { clustersOf, present, tenantsOf } from '../draft.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { largestGroup, nodesNeeded, podGroupsOf, shapeOfTenant } from './pods.ts';
import type { PodGroup } from './pods.ts';
import { suggest } from './rule.ts';
import type { Rule, RuleFinding } from './rule.ts';

const instanceClassKnown: Rule = {
  name: 'instance-class-known',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    if (cloud === undefined) return [];
    const known = catalogueOf(cloud).instanceClasses.map(({ name }) => name);
    return clustersOf(draft).flatMap(([path, cluster]) =>
      present(cluster.nodeClasses).flatMap(([index, { instanceClass }]) =>
        instanceClass === undefined || known.includes(instanceClass)
          ? []
          : [
              {
                path: [...path, 'nodeClasses', index, 'instanceClass'],
                message: `The catalogue of ${cloud} has no instance class ${instanceClass}.`,
                ...suggest(didYouMean(instanceClass, known)),
              },
            ],
      ),
    );
  },
};

interface LimitKind {
  readonly field: 'ingressMegabytesPerSecond' | 'egressMegabytesPerSecond' | 'partitions' | 'connections';
  readonly of: 'ingressBytesPerSecond' | 'egressBytesPerSecond' | 'partitions' | 'connections';
  readonly unitSize: number;
  readonly unit: string;
}

const LIMITS: readonly LimitKind[] = [
  { field: 'ingressMegabytesPerSecond', of: 'ingressBytesPerSecond', unitSize: MEGABYTE, unit: ' MB/s in' },
  { field: 'egressMegabytesPerSecond', of: 'egressBytesPerSecond', unitSize: MEGABYTE, unit: ' MB/s out' },
  { field: 'partitions', of: 'partitions', unitSize: 1, unit: ' partitions' },
  { field: 'connections', of: 'connections', unitSize: 1, unit: ' connections' },
];

const limitsWithinCkus: Rule = {
  name: 'limit-within-ckus',
  check: (draft) =>
    tenantsOf(draft).flatMap(([path, tenant]): readonly RuleFinding[] => {
      const shape = tenant.limits === undefined ? undefined : shapeOfTenant(draft, tenant);
      if (shape === undefined) return [];
      return LIMITS.flatMap(({ field, of, unitSize, unit }) => {
        const limit = tenant.limits?.[field];
        const most = shape.limits[of] / unitSize;
        if (limit === undefined || limit <= most) return [];
        return [
          {
            path: [...path, 'limits', field],
            message: `${shape.request.ckus} CKUs give ${most}${unit}; a limit is lower than that, never higher.`,
            suggestion: `The nearest allowed value is ${most}; for more, raise ckus.`,
          },
        ];
      });
    }),
};

const roomForBrokers: Rule = {
  name: 'room-for-brokers',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    if (cloud === undefined) return [];
    const groups = Map.groupBy(podGroupsOf(draft), ({ cluster }) => cluster);
    return clustersOf(draft).flatMap(([path, cluster]): readonly RuleFinding[] => {
      const classes = present(cluster.nodeClasses);
      // A class that could not be read may be the one that is missed.
      if (cluster.name === undefined || classes.length < (cluster.nodeClasses?.length ?? 0)) return [];
      if (classes.some(([, { instanceClass, purpose }]) => instanceClass === undefined || purpose === undefined))
        return [];
      return [...Map.groupBy(groups.get(cluster.name) ?? [], ({ instanceClass }) => instanceClass)].flatMap(
        ([name, pods]): readonly RuleFinding[] => {
          const machine = findInstanceClass(cloud, name);
          if (machine === undefined) return [];
          const need = nodesNeeded(pods, machine);
          // Of two classes of the same machines the PSC names the first.
          const first = classes.find(([, each]) => each.purpose === 'brokers' && each.instanceClass === name);
          if (first === undefined) return [classMissing([...path, 'nodeClasses'], pods, need.nodes)];
          const room = first[1].maxPerZone ?? Infinity;
          if (need.nodes <= room) return [];
          return [
            {
              path: [...path, 'nodeClasses', first[0], 'maxPerZone'],
              message: `Brokers and controllers in ${need.zone} need ${need.nodes} nodes of ${name}; there is room for ${room}.`,
              suggestion: `Raise maxPerZone to ${need.nodes}, or move a tenant to another cluster.`,
            },
          ];
        },
      );
    });
  },
};

function classMissing(path: Path, pods: readonly PodGroup[], nodes: number): RuleFinding {
  const { instanceClass, role, psc } = largestGroup(pods);
  return {
    path,
    message: `${role} of ${psc} run on ${instanceClass}, and no node class of purpose brokers has it.`,
    suggestion: `Add { name: …, instanceClass: ${instanceClass}, purpose: brokers, minPerZone: 0, maxPerZone: ${nodes} }.`,
  };
}

const localMemory: Rule = {
  name: 'local-memory',
  check: (draft) => {
    if (draft.file.region?.cloud !== 'local') return [];
    const used = podGroupsOf(draft).reduce((sum, { memoryMib, pods }) => sum + memoryMib * pods, 0);
    const room = LOCAL_MEMORY_MIB - LOCAL_PLATFORM_MEMORY_MIB;
    if (used <= room) return [];
    return [
      {
        path: ['tenants'],
        at: 'key',
        message: `The Kafka clusters take ${used} MiB; a local region has ${room} MiB for them.`,
        suggestion: 'Take out a tenant, or give it fewer CKUs.',
      },
    ];
  },
};

export const capacityRules: readonly Rule[] = [instanceClassKnown, limitsWithinCkus, roomForBrokers, localMemory];
