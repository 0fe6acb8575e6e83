import { isDeepStrictEqual } from 'node:util';
import { CONDITION_TYPES } from '../../../contracts/conditions.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import type { ClusterPort, PscObjects } from '../../../operators/psc/ports.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import type { Prng } from '../kernel/prng.ts';
import { isJson, type Json } from './apply-intent.ts';
import type { World } from './world.ts';

/** Of an operator's process: what it knows of the PSC. */
export type Release = 'older' | 'newest';

/**
 * What the newest release has added to the PSC, and the older one knows nothing of. These stand for whatever the next release adds:
 * fields of the status may be lost, and where a field of the spec is overlooked nothing goes that cannot come back
 * (docs/operator.md, "Another version of the operator").
 */
const ADDED_TO_STATUS: ReadonlySet<string> = new Set(['certificates', 'features', 'passwords']);
const ADDED_TO_SPEC: readonly (readonly string[])[] = [
  ['kafka', 'featureSoakMinutes'],
  ['kafka', 'brokers', 'volumeGraceHours'],
  ['maintenance', 'certificatesRequestedAt'],
  ['maintenance', 'authorityRequestedAt'],
  ['maintenance', 'passwordsRequestedAt'],
];

/** Which release each process of a life is of. */
export class Releases {
  readonly #world: World;
  readonly #random: Prng;
  /** Whether processes of two releases take turns in this life. */
  readonly areMixed: boolean;
  #only: Release | undefined;

  constructor(world: World, random: Prng) {
    this.#world = world;
    this.#random = random;
    this.areMixed = random.chance(0.1);
  }

  /** Of the process that starts now. */
  next(): Release {
    if (!this.areMixed) return 'newest';
    return this.#only ?? (this.#random.chance(0.5) ? 'older' : 'newest');
  }

  /** Leadership goes from one to the other and back. */
  schedule(endMs: number): void {
    if (!this.areMixed) return;
    const turns = this.#random.int(2, 8);
    for (let turn = 0; turn < turns; turn += 1) {
      const isOrderly = this.#random.chance(0.5);
      this.#world.scheduler.at(this.#random.int(10_000, Math.max(10_001, endMs)), () => {
        const leader = this.#world.leader();
        if (isOrderly) leader?.stop();
        else leader?.crash('and another takes its turn');
      });
    }
  }

  /** From now on all processes are of one release; those of the other end. */
  bringAll(release: Release): void {
    if (!this.areMixed) return;
    this.#only = release;
    this.#world.note(`ROLLOUT of the ${release} release`);
    this.#world.stopProcessesOf(release === 'older' ? 'newest' : 'older');
  }
}

/** Kubernetes as the older release reads and writes it. */
export function asOlderRelease(cluster: ClusterPort): ClusterPort {
  // What was read ▶ what was there; what is made of one spec is kept for as long as that spec is (plan-psc.ts).
  const truth = new WeakMap<StoredPsc, StoredPsc>();
  const read = new WeakMap<StoredPsc, StoredPsc>();
  const specs = new WeakMap<object, StoredPsc['spec']>();
  const specOf = (spec: StoredPsc['spec']): StoredPsc['spec'] => {
    const made = specs.get(spec) ?? (ADDED_TO_SPEC.reduce(withoutField, { ...spec }) as unknown as typeof spec);
    specs.set(spec, made);
    return made;
  };
  const pscOf = (psc: StoredPsc): StoredPsc => {
    const known = read.get(psc);
    if (known !== undefined) return known;
    const { status } = psc;
    const made = { ...psc, spec: specOf(psc.spec), ...(status === undefined ? {} : { status: unknowing(status) }) };
    read.set(psc, made);
    truth.set(made, psc);
    return made;
  };
  const shown = (objects: PscObjects | undefined): PscObjects | undefined =>
    objects && {
      ...objects,
      psc: pscOf(objects.psc),
      // Wishes for evictions came with the newest release too.
      pods: objects.pods.map((pod) => (pod.evictedAtMs === undefined ? pod : omit(pod, 'evictedAtMs'))),
    };
  return {
    ...cluster,
    cached: (psc) => shown(cluster.cached(psc)),
    fresh: async (psc) => shown(await cluster.fresh(psc)),
    writeStatus: async (psc, status) => {
      const known = knowing(status);
      // The older release would not have planned what only the newest adds.
      if (isDeepStrictEqual(known, ownPart(truth.get(psc)?.status))) return;
      await cluster.writeStatus(psc, known);
    },
  };
}

const UNKNOWN = 'unknown ';

/** Fields that the older release does not know are there under names that its code does not know. */
function unknowing(status: NonNullable<StoredPsc['status']>): NonNullable<StoredPsc['status']> {
  const entries = Object.entries(status);
  return Object.fromEntries(
    entries.map(([field, value]) => [ADDED_TO_STATUS.has(field) ? `${UNKNOWN}${field}` : field, value]),
  );
}

function knowing(status: Json): Json {
  const entries = Object.entries(status).filter(([field]) => !ADDED_TO_STATUS.has(field));
  return Object.fromEntries(
    entries.map(([field, value]) => [field.startsWith(UNKNOWN) ? field.slice(UNKNOWN.length) : field, value]),
  );
}

/** What the operator's field manager has of a status. */
function ownPart(status: StoredPsc['status']): Json | undefined {
  if (status === undefined) return undefined;
  const { conditions = [], ...own } = omit(status, 'balance');
  return { ...own, conditions: conditions.filter(({ type }) => type !== CONDITION_TYPES.balancing) };
}

function withoutField(object: Json, path: readonly string[]): Json {
  const [first = '', ...rest] = path;
  const inner = object[first];
  if (rest.length === 0) return first in object ? omit(object, first) : object;
  return isJson(inner) ? { ...object, [first]: withoutField(inner, rest) } : object;
}
