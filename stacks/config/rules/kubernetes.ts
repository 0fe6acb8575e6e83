import { MOTHERSHIP } from '../../../contracts/names.ts';
import type { Draft } from '../draft.ts';
import { clusterNameOf, clustersOf, present, tenantsOf } from '../draft.ts';
import {
  KUBERNETES_SUPPORT_SOURCES,
  kubernetesSupport,
  supportedVersions,
} from '../../../contracts/kubernetes-support.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { repeated, suggest } from './rule.ts';
import type { Named, Rule, RuleFinding } from './rule.ts';

const versionSupported: Rule = {
  name: 'kubernetes-version-supported',
  check: (draft, { today }) => {
    const cloud = draft.file.region?.cloud;
    if (cloud === undefined) return [];
    const newest = supportedVersions(cloud, today).at(-1);
    const next = suggest(newest === undefined ? undefined : `Go to "${newest}", one minor version at a time.`);
    return clustersOf(draft).flatMap(([path, { version }]): readonly RuleFinding[] => {
      if (version === undefined) return [];
      const at = [...path, 'version'];
      const support = kubernetesSupport(cloud, version);
      if (support === undefined) {
        const message = `Kubernetes ${version} is not among the versions of ${cloud} that the project knows.`;
        return [{ path: at, message, suggestion: `Supported today: ${supportedVersions(cloud, today).join(', ')}.` }];
      }
      if (support.endsOn === undefined || daysBetween(today, support.endsOn) > WARNING_DAYS) return [];
      const source = `Source: ${KUBERNETES_SUPPORT_SOURCES[cloud]}`;
      return support.endsOn < today
        ? [
            {
              path: at,
              message: `${cloud} supported Kubernetes ${version} until ${support.endsOn}. ${source}`,
              ...next,
            },
          ]
        : [
            {
              path: at,
              severity: 'warning',
              message: `${cloud} supports Kubernetes ${version} until ${support.endsOn}. ${source}`,
              ...next,
            },
          ];
    });
  },
};

const WARNING_DAYS = 60;
const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000;

function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / MILLISECONDS_PER_DAY;
}

const clusterOnce: Rule = {
  name: 'cluster-once',
  check: (draft) => namedTwice(clustersOf(draft), (name) => `Two Kubernetes clusters have the name ${name}.`),
};

const nodeClassOnce: Rule = {
  name: 'node-class-once',
  check: (draft) =>
    clustersOf(draft).flatMap(([path, cluster]) =>
      namedTwice(
        present(cluster.nodeClasses).map(([index, nodeClass]) => [[...path, 'nodeClasses', index], nodeClass] as const),
        (name) => `Two node classes of this cluster have the name ${name}.`,
      ),
    ),
};

function namedTwice(
  items: readonly (readonly [Path, { readonly name?: string | undefined }])[],
  message: (name: string) => string,
): readonly RuleFinding[] {
  const named = items.flatMap(([path, { name }]): readonly Named[] =>
    name === undefined ? [] : [{ name, path: [...path, 'name'] }],
  );
  return repeated(named).map(([{ name, path }]) => ({ path, message: message(name) }));
}

const nodeCountsOrdered: Rule = {
  name: 'node-counts-ordered',
  check: (draft) =>
    clustersOf(draft).flatMap(([path, cluster]) =>
      present(cluster.nodeClasses).flatMap(([index, { minPerZone, maxPerZone }]) =>
        minPerZone === undefined || maxPerZone === undefined || minPerZone <= maxPerZone
          ? []
          : [
              {
                path: [...path, 'nodeClasses', index, 'minPerZone'],
                message: `At least ${minPerZone} nodes and at most ${maxPerZone} contradict each other.`,
                suggestion: `The nearest allowed value is ${maxPerZone}.`,
              },
            ],
      ),
    ),
};

/** A PSC that a stack asks for: a tenant's, or the mothership's. */
export interface PscDraft {
  readonly name: string;
  readonly path: Path;
  readonly cluster: string | undefined;
}

/** PSCs of a stack, the mothership's first where it is hosted. */
export function pscsOf(draft: Draft): readonly PscDraft[] {
  const { mothership } = draft.file;
  return [
    ...(mothership?.hosted === true
      ? [{ name: MOTHERSHIP, path: ['mothership'], cluster: clusterNameOf(draft, mothership.cluster) }]
      : []),
    ...tenantsOf(draft).map(([path, tenant]) => ({
      name: tenant.name ?? '',
      path,
      cluster: clusterNameOf(draft, tenant.cluster),
    })),
  ];
}

const clusterKnown: Rule = {
  name: 'cluster-known',
  check: (draft) => {
    const known = clustersOf(draft).flatMap(([, { name }]) => (name === undefined ? [] : [name]));
    // A cluster whose own name is wrong may be the one that is meant.
    if (known.length < clustersOf(draft).length) return [];
    const { mothership, controlPlane } = draft.file;
    const references: readonly (readonly [Path, string | undefined])[] = [
      [['mothership', 'cluster'], mothership?.hosted === true ? mothership.cluster : undefined],
      [['controlPlane', 'cluster'], controlPlane?.cluster],
      ...tenantsOf(draft).map(([path, tenant]) => [[...path, 'cluster'], tenant.cluster] as const),
    ];
    return references.flatMap(([path, name]) =>
      name === undefined || known.includes(name)
        ? []
        : [{ path, message: `The region has no Kubernetes cluster ${name}.`, ...suggest(didYouMean(name, known)) }],
    );
  },
};

const purposesPresent: Rule = {
  name: 'node-purposes',
  check: (draft) => {
    const used = new Set(pscsOf(draft).map(({ cluster }) => cluster));
    // A local region has no memory for nodes that brokers leave alone: its nodes are not tainted.
    const shared = draft.file.region?.cloud === 'local';
    return clustersOf(draft).flatMap(([path, cluster]): readonly RuleFinding[] => {
      const classes = present(cluster.nodeClasses);
      const purposes = classes.map(([, { purpose }]) => purpose);
      if (classes.length === 0 || purposes.includes(undefined)) return [];
      const at = [...path, 'nodeClasses'];
      return [
        ...(shared || purposes.includes('platform')
          ? []
          : [{ path: at, message: 'The operator, the balancer and the gateway need nodes of purpose platform.' }]),
        ...(purposes.includes('brokers') || !used.has(cluster.name)
          ? []
          : [{ path: at, message: 'Kafka clusters run here: brokers need nodes of purpose brokers.' }]),
      ];
    });
  },
};

/** What the operator and its informers of one data plane are designed and measured for. */
const MAX_PSCS_PER_CLUSTER = 200;

const pscsPerCluster: Rule = {
  name: 'pscs-per-cluster',
  check: (draft) =>
    [...Map.groupBy(pscsOf(draft), ({ cluster }) => cluster)].flatMap(([cluster, pscs]): readonly RuleFinding[] => {
      const first = pscs[MAX_PSCS_PER_CLUSTER];
      if (cluster === undefined || first === undefined) return [];
      const message = `The Kubernetes cluster ${cluster} has ${pscs.length} Kafka clusters; a data plane carries ${MAX_PSCS_PER_CLUSTER}.`;
      return [{ path: first.path, message, suggestion: 'Move tenants to another Kubernetes cluster of the region.' }];
    }),
};

export const kubernetesRules: readonly Rule[] = [
  versionSupported,
  clusterOnce,
  nodeClassOnce,
  nodeCountsOrdered,
  clusterKnown,
  purposesPresent,
  pscsPerCluster,
];
