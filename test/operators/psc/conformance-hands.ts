import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import type { ObservedPod, StoredPsc } from '../../../operators/psc/observed.ts';
import { type PscObjects, TooManyDisruptionsError } from '../../../operators/psc/ports.ts';
import type { ConformanceWorld } from './conformance-world.ts';

/** What the conformance tests do and look at, by way of the port alone. */
export interface Hands {
  readonly fresh: () => Promise<PscObjects>;
  readonly psc: () => Promise<StoredPsc>;
  readonly pod: (name: string) => Promise<ObservedPod>;
  /** A rendered object. */
  readonly object: (kind: string, name: string) => Promise<KubernetesObject>;
  readonly applyAll: () => Promise<void>;
  /** Makes all six pods ready and waits until they are. */
  readonly allReady: () => Promise<void>;
  /** The pod that came in the place of another. */
  readonly replaced: (old: ObservedPod) => Promise<ObservedPod>;
  /** Undefined when the budget did not allow it. */
  readonly tried: (eviction: Promise<void>) => Promise<true | undefined>;
}

const PODS = ['kafka-0', 'kafka-1', 'kafka-2', 'controller-0', 'controller-1', 'controller-2'];

export function handsIn(world: ConformanceWorld): Hands {
  const fresh = async (): Promise<PscObjects> => {
    const all = await world.port.fresh(world.psc);
    if (all === undefined) throw new Error(`${world.psc} is not there`);
    return all;
  };
  const psc = async (): Promise<StoredPsc> => (await fresh()).psc;
  const pod = async (name: string): Promise<ObservedPod> => podIn(await fresh(), name);
  return {
    fresh,
    psc,
    pod,
    object: async (kind, name) => {
      const found = world.objects(await psc()).find((each) => each.kind === kind && each.metadata.name === name);
      if (found === undefined) throw new Error(`no ${kind} ${name} is rendered`);
      return found;
    },
    applyAll: async () => {
      for (const object of world.objects(await psc())) await world.port.apply(object);
    },
    allReady: async () => {
      await world.eventually('six ready pods', async () => {
        const all = await fresh();
        const there = PODS.flatMap((name) => all.pods.filter((each) => each.name === name && !each.isTerminating));
        if (there.length < PODS.length) return undefined;
        for (const { name, uid, role, inSyncGate, containersReady } of there) {
          if (containersReady !== 'True') await world.setContainersReady(name, 'True');
          if (role === 'broker' && inSyncGate !== 'True') await world.port.setGate(all.psc, name, uid, 'True');
        }
        return there.every(({ ready }) => ready === 'True') ? true : undefined;
      });
    },
    replaced: async (old) =>
      await world.eventually(`another ${old.name}`, async () =>
        (await fresh()).pods.find(({ name, uid }) => name === old.name && uid !== old.uid),
      ),
    tried: async (eviction) => {
      try {
        await eviction;
        return true;
      } catch (error) {
        if (error instanceof TooManyDisruptionsError) return undefined;
        throw error;
      }
    },
  };
}

export function podIn({ pods }: PscObjects, name: string): ObservedPod {
  const found = pods.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no pod ${name} is there`);
  return found;
}

export function claimUid({ claims }: PscObjects, name: string): string | undefined {
  return claims.find((claim) => claim.name === name)?.uid;
}

export function isSameView(one: PscObjects, other: PscObjects): boolean {
  const versions = ({ psc, objects, pods }: PscObjects): string =>
    JSON.stringify([
      psc.metadata.resourceVersion,
      [...objects].map(([key, object]) => `${key} ${versionOf(object)}`).sort(),
      pods.map(({ name, resourceVersion }) => `${name} ${resourceVersion}`).sort(),
    ]);
  return versions(one) === versions(other);
}

export function versionOf({ metadata }: KubernetesObject): string {
  return String(metadata['resourceVersion']);
}

export function uidOf({ metadata }: KubernetesObject): string {
  return String(metadata['uid']);
}
