import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { type ApiServer, type ApiServerError } from '../../runtime/api-server.ts';
import { type ApiObject, followCollection } from '../../runtime/follow-collection.ts';
import { objectCache } from '../../runtime/object-cache.ts';
import type { StoredPsc } from '../observed.ts';
import type { PscObjects } from '../ports.ts';
import { cachedKinds, type KeptObject, keptObject, pscObjects } from './cached-objects.ts';
import { MADE_KINDS, PSC_OBJECT } from './kinds.ts';

export interface PscCacheOptions {
  readonly api: ApiServer;
  /** Called with the name of each PSC of which anything has changed; with every PSC once all has been read. */
  readonly onChange: (psc: string) => void;
  /** Called with a PSC that lies in a namespace that is not its own: nobody serves it. */
  readonly onMisplaced: (psc: StoredPsc) => void;
  readonly onTrouble: (kind: string, error: ApiServerError) => void;
}

/** What the API server has told of all PSCs and their objects. */
export interface PscCache {
  readonly isSynced: () => boolean;
  /** Names of the PSCs that are there. */
  readonly names: () => readonly string[];
  /** They themselves, without what was made for them. */
  readonly pscs: () => readonly StoredPsc[];
  readonly get: (psc: string) => PscObjects | undefined;
  /** Whether a node takes no more pods. */
  readonly isClosed: (node: string) => boolean;
  /** Takes an object as one of our own writes returned it. */
  readonly assume: (object: KubernetesObject) => void;
  /** Number of objects that are kept. */
  readonly size: () => number;
  /** Follows everything until `signal` is aborted. Called once. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** A cache of PSCs over the API, empty until `run`. Secrets are never in it. */
export function pscCache(options: PscCacheOptions): PscCache {
  const nodes = new NodeStates();
  const isSynced = (): boolean => cache.isSynced() && nodes.isRead;
  const told = (psc: string): void => {
    if (isSynced()) options.onChange(psc);
  };
  const kinds = cachedKinds();
  const cache = objectCache<KeptObject>({
    api: options.api,
    kinds: kinds.map((kind) => ({
      ...kind,
      shape: (raw) => {
        const kept = kind.shape(raw);
        if (kept.kind === 'object' && kept.object.kind === PSC_OBJECT.kind && kept.psc === undefined) {
          options.onMisplaced(kept.object as unknown as StoredPsc);
        }
        return kept;
      },
    })),
    onChange: told,
    onTrouble: options.onTrouble,
  });
  const onNodes = (changed: ReadonlySet<string>): void => {
    for (const psc of cache.owners()) {
      for (const kept of cache.objectsOf(psc)) {
        if (kept.kind !== 'pod' || kept.pod?.node === undefined || !changed.has(kept.pod.node)) continue;
        told(psc);
        break;
      }
    }
  };
  return {
    isSynced,
    names: () => [...cache.owners()].filter((psc) => pscAmong(cache.objectsOf(psc)) !== undefined),
    pscs: () => [...cache.owners()].flatMap((psc) => pscAmong(cache.objectsOf(psc)) ?? []),
    get: (psc) => pscObjects(cache.objectsOf(psc), (node) => nodes.isLost(node)),
    isClosed: (node) => nodes.isClosed(node),
    assume: (object) => {
      const kind = [PSC_OBJECT, ...MADE_KINDS].find((each) => each.kind === object.kind);
      if (kind !== undefined) cache.assume(kind.kind, keptObject(kind, object));
    },
    size: () => cache.size(),
    run: async (signal) => {
      const followNodes = nodes.follow(options.api, {
        onChange: onNodes,
        onRead: () => {
          // What came before was held back.
          for (const psc of isSynced() ? cache.owners() : []) options.onChange(psc);
        },
        onTrouble: (error) => {
          options.onTrouble('Node', error);
        },
        signal,
      });
      await Promise.all([cache.run(signal), followNodes]);
    },
  };
}

/** Path of all nodes. */
export const NODES_PATH = '/api/v1/nodes';

/** What is read of a node as the API server sends it. */
export type RawNode = ApiObject & {
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly { readonly effect: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};

/** Whether nobody knows what runs on a node: its kubelet has not reported for so long that the API has noticed. */
export function isLostNode({ status }: RawNode): boolean {
  return (status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown') === 'Unknown';
}

/** Whether it takes no more pods: somebody has cordoned it, or is about to take it away. */
function isClosedNode({ spec = {} }: RawNode): boolean {
  return spec.unschedulable === true || (spec.taints ?? []).some(({ effect }) => effect === 'NoSchedule');
}

function pscAmong(kept: Iterable<KeptObject>): StoredPsc | undefined {
  for (const each of kept) {
    if (each.kind === 'object' && each.object.kind === PSC_OBJECT.kind) return each.object as unknown as StoredPsc;
  }
  return undefined;
}

interface NodesOptions {
  readonly onChange: (nodes: ReadonlySet<string>) => void;
  readonly onRead: () => void;
  readonly onTrouble: (error: ApiServerError) => void;
  readonly signal: AbortSignal;
}

interface NodeState {
  readonly name: string;
  readonly isLost: boolean;
  readonly isClosed: boolean;
}

/** Nodes by name, and whether they are lost, or take no more pods. One that is not there is both. */
class NodeStates {
  readonly #nodes = new Map<string, NodeState>();
  isRead = false;

  isLost(node: string): boolean {
    return this.#nodes.get(node)?.isLost ?? true;
  }

  isClosed(node: string): boolean {
    return this.#nodes.get(node)?.isClosed ?? true;
  }

  async follow(api: ApiServer, { onChange, onRead, onTrouble, signal }: NodesOptions): Promise<void> {
    await followCollection<RawNode, NodeState>(
      api,
      { path: NODES_PATH },
      {
        shape: (node) => ({ name: node.metadata.name, isLost: isLostNode(node), isClosed: isClosedNode(node) }),
        onAll: (all) => {
          const before = new Map(this.#nodes);
          this.#nodes.clear();
          for (const node of all) this.#nodes.set(node.name, node);
          const names = new Set([...before.keys(), ...this.#nodes.keys()]);
          const wasRead = this.isRead;
          this.isRead = true;
          if (!wasRead) onRead();
          else onChange(new Set([...names].filter((name) => (before.get(name)?.isLost ?? true) !== this.isLost(name))));
        },
        onChange: ({ type, object: node }) => {
          const { name } = node;
          const wasLost = this.isLost(name);
          if (type === 'gone') this.#nodes.delete(name);
          else this.#nodes.set(name, node);
          if (wasLost !== this.isLost(name)) onChange(new Set([name]));
        },
        onTrouble,
        signal,
      },
    );
  }
}
