import { claimName } from '../../../constructs/kubernetes/kafka/claims.ts';
import type { KafkaSpec, MaintenanceSpec } from '../../../contracts/gen/psc-types.ts';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';
import { EXAMPLE_PLACES, examplePlacement } from '../../support/example-psc.ts';
import type { Prng } from '../kernel/prng.ts';
import { requestedGib, withField } from './api-model.ts';
import { replaceNode } from './faults.ts';
import { BAD_IMAGE_MARK, BAD_SETTING, TOO_MUCH_CPU_MILLIS } from './pod-template-facts.ts';
import { EPOCH_MS } from './wall-clock.ts';
import type { World } from './world.ts';

/** What people and the control plane do to the cluster in one run. */
export interface Step {
  readonly name: string;
  readonly atMs: number;
  readonly act: (world: World, random: Prng) => void;
}

/**
 * One to four steps after the cluster was asked for; some come while the one before is still under way. One of more than three
 * brokers often shrinks beside all that.
 */
export function chooseSteps(random: Prng, brokers: number): readonly Step[] {
  const steps: Step[] = [];
  if (brokers > 3 && random.chance(0.7)) {
    steps.push({ name: 'shrink', atMs: random.int(60_000, 300_000), act: shrink });
  }
  const count = random.int(1, 4);
  let atMs = 0;
  for (let index = 0; index < count; index += 1) {
    const [name, act] = random.pick(ACTS);
    atMs += index === 0 ? random.int(60_000, 240_000) : random.int(5_000, 240_000);
    steps.push({ name, atMs, act });
    const mend = MENDS[name];
    if (mend === undefined) continue;
    const mendAfterMs = random.int(20_000, 500_000);
    steps.push({ name: `mend ${name}`, atMs: atMs + mendAfterMs, act: mend });
    // The roll is stopped by then: what is lost now must come back as it was.
    if (name.startsWith('bad') && random.chance(0.5)) {
      steps.push({ name: 'node lost', atMs: atMs + Math.floor(mendAfterMs * random.next()), act: loseNode });
    }
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** Ends everything that keeps the cluster from becoming what the spec says. */
export function mendAll(world: World): void {
  for (const mend of Object.values(MENDS)) mend(world);
  tryAgain(world);
}

/** Faults that hit the first pods of a new template look like its own: a person sees that the spec is as it should be, and asks again. */
function tryAgain(world: World): void {
  const psc = world.api.storedPsc();
  if ((psc?.status?.rolls ?? []).length === 0) return;
  if (psc?.status?.observedGeneration === psc?.metadata.generation) {
    setMaintenance(world, { rollRequestedAt: new Date(world.scheduler.nowMs).toISOString() });
    return;
  }
  // What was asked for just now may be what mends it.
  world.scheduler.after(LOOKS_AGAIN_MS, () => {
    tryAgain(world);
  });
}

const LOOKS_AGAIN_MS = 5_000;

type Act = Step['act'];

const ACTS: readonly (readonly [string, Act])[] = [
  [
    'image',
    (world, random) => {
      editKafka(world, ({ version }) => ({ image: image(version, digest(random)) }));
    },
  ],
  [
    'static setting',
    (world, random) => {
      setConfig(world, { 'offset.metadata.max.bytes': String(random.int(1, 9_999)) });
    },
  ],
  [
    'dynamic setting',
    (world, random) => {
      setConfig(world, { 'log.segment.bytes': String(random.int(10, 99) * 2 ** 20) });
    },
  ],
  [
    'setting taken away',
    (world) => {
      editKafka(world, () => ({ config: {} }));
    },
  ],
  [
    'resources',
    (world, random) => {
      setCpu(world, random.int(60, 90));
    },
  ],
  ['expand', expand],
  ['shrink', shrink],
  ['topic', addTopic],
  [
    'bad image',
    (world) => {
      editKafka(world, ({ version }) => ({ image: image(version, BAD_IMAGE_MARK.repeat(8)) }));
    },
  ],
  [
    'bad setting',
    (world) => {
      setConfig(world, BAD_SETTING);
    },
  ],
  [
    'bad resources',
    (world) => {
      setCpu(world, TOO_MUCH_CPU_MILLIS);
    },
  ],
  [
    'larger volumes',
    (world, random) => {
      editKafka(world, ({ brokers }) => ({ brokers: larger(brokers, random.int(1, 9)) }));
    },
  ],
  ['volume grown by hand', growByHand],
  [
    'full disk',
    (world, random) => {
      world.kafka.fillDisk(random.int(0, 2), 0.9);
    },
  ],
  [
    'roll request',
    (world) => {
      setMaintenance(world, { rollRequestedAt: new Date(world.scheduler.nowMs).toISOString() });
    },
  ],
  [
    'windows',
    (world, random) => {
      setWindows(world, random);
    },
  ],
  [
    'pause',
    (world) => {
      setMaintenance(world, { paused: true });
    },
  ],
  [
    'ignore',
    (world) => {
      annotate(world, { [ANNOTATIONS.ignore]: 'true' });
    },
  ],
  [
    'refused setting',
    (world) => {
      setConfig(world, { 'compression.type': 'bogus' });
    },
  ],
  [
    'min ISR of three',
    (world) => {
      world.kafka.partitions.setMinIsr('orders-0', 3);
      world.harm('min ISR raised');
    },
  ],
  ['reassignment', reassign],
  ['claim lost', loseClaim],
];

const MENDS: Readonly<Record<string, (world: World) => void>> = {
  'bad image': (world) => {
    mendKafka(world, ({ version, image: now }) =>
      now.includes(BAD_IMAGE_MARK) ? { image: image(version, 'c'.repeat(64)) } : {},
    );
  },
  'bad setting': (world) => {
    mendKafka(world, ({ config = {} }) => (BAD_KEY in config ? { config: without(config, BAD_KEY) } : {}));
  },
  'refused setting': (world) => {
    mendKafka(world, ({ config = {} }) =>
      config['compression.type'] === 'bogus' ? { config: without(config, 'compression.type') } : {},
    );
  },
  'bad resources': (world) => {
    mendKafka(world, ({ brokers }) =>
      brokers.resources.cpuMillis === TOO_MUCH_CPU_MILLIS ? { brokers: withCpu(brokers, 55) } : {},
    );
  },
  pause: (world) => {
    if (world.api.storedPsc()?.spec.maintenance?.paused === true) setMaintenance(world, { paused: false });
  },
  windows: (world) => {
    world.api.editPsc((psc) => {
      if (psc.spec.maintenanceWindows === undefined) return psc;
      return { ...psc, spec: { ...psc.spec, maintenanceWindows: [] } };
    });
  },
  ignore: (world) => {
    annotate(world, undefined);
  },
  'min ISR of three': (world) => {
    world.kafka.partitions.setMinIsr('orders-0', 2);
  },
  // What fills the disks would be more than fewer brokers can take.
  'full disk': (world) => {
    for (const id of [0, 1, 2]) world.kafka.fillDisk(id, 0.2);
  },
};

const [BAD_KEY = ''] = Object.keys(BAD_SETTING);

function image(version: string, hexDigest: string): string {
  return `registry.example.com/flotilla/kafka:${version}@sha256:${hexDigest}`;
}

function digest(random: Prng): string {
  return Array.from({ length: 64 }, () => random.int(0, 9)).join('');
}

function editKafka(world: World, edit: (kafka: KafkaSpec) => Partial<KafkaSpec>): void {
  world.api.editPsc((psc) => {
    const { kafka, revision } = psc.spec;
    if (kafka === undefined) return psc;
    return {
      ...psc,
      spec: { ...psc.spec, revision: String(Number(revision) + 1), kafka: { ...kafka, ...edit(kafka) } },
    };
  });
}

/** Leaves the spec alone where there is nothing to mend. */
function mendKafka(world: World, edit: (kafka: KafkaSpec) => Partial<KafkaSpec>): void {
  const kafka = world.api.storedPsc()?.spec.kafka;
  if (kafka !== undefined && Object.keys(edit(kafka)).length > 0) editKafka(world, edit);
}

function setConfig(world: World, settings: Readonly<Record<string, string>>): void {
  editKafka(world, ({ config }) => ({ config: { ...config, ...settings } }));
}

function without(config: Readonly<Record<string, string>>, key: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => name !== key));
}

function setCpu(world: World, cpuMillis: number): void {
  editKafka(world, ({ brokers }) => ({ brokers: withCpu(brokers, cpuMillis) }));
}

function withCpu(brokers: KafkaSpec['brokers'], cpuMillis: number): KafkaSpec['brokers'] {
  const cpuLimitMillis = Math.max(cpuMillis, brokers.resources.cpuLimitMillis);
  return { ...brokers, resources: { ...brokers.resources, cpuMillis, cpuLimitMillis } };
}

function larger(brokers: KafkaSpec['brokers'], gib: number): KafkaSpec['brokers'] {
  return { ...brokers, storage: { ...brokers.storage, sizeGib: brokers.storage.sizeGib + gib } };
}

function setMaintenance(world: World, maintenance: MaintenanceSpec): void {
  world.api.editPsc((psc) => ({
    ...psc,
    spec: { ...psc.spec, maintenance: { ...psc.spec.maintenance, ...maintenance } },
  }));
}

/** One that opens or closes in the minutes to come, by a clock of somewhere. */
function setWindows(world: World, random: Prng): void {
  const atMs = EPOCH_MS + world.scheduler.nowMs + random.int(-32, 8) * 60_000;
  const start = new Date(atMs).toISOString().slice(11, 16);
  world.api.editPsc((psc) => ({ ...psc, spec: { ...psc.spec, maintenanceWindows: [{ start, durationMinutes: 30 }] } }));
}

function annotate(world: World, annotations: Readonly<Record<string, string>> | undefined): void {
  world.api.editPsc((psc) => ({ ...psc, metadata: { ...psc.metadata, annotations: annotations ?? {} } }));
}

function expand(world: World): void {
  editKafka(world, ({ placement, ckus }) => {
    const brokers = Object.values(placement).reduce((sum, { pods }) => sum + pods.length, 0);
    if (brokers > 6) return {};
    return { ckus: ckus + 1, placement: examplePlacement('kafka', brokers + 3, EXAMPLE_PLACES.local.zones) };
  });
}

/** The highest brokers have data to hand over, and often it is thought better of at any point. */
function shrink(world: World, random: Prng): void {
  spread(world, random);
  const before = brokersOf(world);
  if (before <= 3) return;
  const after = Math.max(3, before - random.int(1, 4));
  // Then it has to wait until somebody has made room.
  const isFull = random.chance(0.25);
  world.scheduler.after(random.int(1_000, 40_000), () => {
    if (world.isHealed) return;
    if (isFull) for (const id of [0, 1, 2]) world.kafka.fillDisk(id, 0.9);
    place(world, after);
  });
  if (!random.chance(0.5)) return;
  world.scheduler.after(random.int(10_000, 400_000), () => {
    if (world.isHealed || brokersOf(world) !== after) return;
    world.note('the shrink is taken back');
    place(world, before);
  });
}

function spread(world: World, random: Prng): void {
  const zones = world.kafka.servingByZone();
  if (zones.length < 3) return;
  for (const { topic, partition } of world.kafka.partitions.all) {
    if (random.chance(0.5))
      world.kafka.reassign(
        topic,
        partition,
        zones.flatMap((brokers) => random.pick(brokers)),
      );
  }
}

function brokersOf(world: World): number {
  const placement = world.api.storedPsc()?.spec.kafka?.placement ?? {};
  return Object.values(placement).reduce((sum, { pods }) => sum + pods.length, 0);
}

function place(world: World, brokers: number): void {
  editKafka(world, () => ({ placement: examplePlacement('kafka', brokers, EXAMPLE_PLACES.local.zones) }));
}

/** Somebody makes a topic, and says where: brokers that are cordoned take it all the same. */
function addTopic(world: World, random: Prng): void {
  const zones = world.kafka.servingByZone();
  if (zones.length < 3 || world.kafka.quorum.leaderId < 0) return;
  world.kafka.createTopic(`late-${world.scheduler.nowMs}`, [zones.flatMap((brokers) => random.pick(brokers))], 2);
}

function growByHand(world: World, random: Prng): void {
  const claims = world.api.objectsOfKind('PersistentVolumeClaim').filter((claim) => requestedGib(claim) > 1);
  if (claims.length === 0) return;
  const claim = random.pick(claims);
  const size = `${requestedGib(claim) + random.int(1, 20)}Gi`;
  world.api.putObject(withField(claim, ['spec', 'resources', 'requests', 'storage'], size) as KubernetesObject, claim);
}

function reassign(world: World, random: Prng): void {
  const zones = world.kafka.servingByZone();
  if (zones.length < 3 || world.kafka.partitions.all.length === 0) return;
  for (let move = 0; move < 3; move += 1) {
    const { topic, partition } = random.pick(world.kafka.partitions.all);
    const replicas = zones.flatMap((brokers) => random.pick(brokers));
    world.kafka.reassign(topic, partition, replicas);
  }
}

function loseNode(world: World, random: Prng): void {
  replaceNode(world, random.pick(world.nodes), random);
}

/** Somebody deletes a claim, and with it its volume: the pod goes first, as Kubernetes protects what is in use. */
function loseClaim(world: World, random: Prng): void {
  const pods = world.pods
    .all()
    .filter(({ container, isTerminating }) => container.state === 'running' && !isTerminating);
  if (pods.length === 0) return;
  const pod = random.pick(pods);
  const claim = world.claims.find(claimName(pod.name));
  if (claim === undefined) return;
  // Of two lost controllers nobody could bring the quorum back.
  if (pod.role === 'controller' && world.kafka.quorum.voting().length < 3) return;
  world.harm(`the claim of ${pod.name} is deleted by hand`);
  if (pod.role === 'broker') world.lostClaims.add(claim.metadata.name);
  else world.claims.lost(claim);
  world.pods.terminate(pod);
  world.api.remove(claim);
}
