import type { ConnectorSpec, ConnectSpec, MaintenanceSpec } from '../../../contracts/gen/psc-types.ts';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { objectKey } from '../../../operators/psc/observed.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import type { Prng } from '../kernel/prng.ts';
import { EPOCH_MS } from '../operator/wall-clock.ts';
import { MODEL_SETTINGS } from './connect-model.ts';
import { BAD_IMAGE_MARK } from './workers-model.ts';
import type { ConnectWorld } from './world.ts';

/** What people, the control plane and chance do in one run. */
export interface Step {
  readonly name: string;
  readonly atMs: number;
  readonly act: Act;
}

type Act = (world: ConnectWorld, random: Prng) => void;

/** Some steps after the cluster was asked for, and what mends them. */
export function chooseSteps(random: Prng): readonly Step[] {
  const steps: Step[] = [{ name: 'Kafka comes', atMs: random.int(5_000, 60_000), act: kafkaUp }];
  let atMs = random.int(60_000, 200_000);
  for (let left = random.int(2, 7); left > 0; left -= 1) {
    const [name, act] = random.pick(ACTS);
    steps.push({ name, atMs, act });
    const mend = MENDS[name];
    if (mend !== undefined) steps.push({ name: `mend ${name}`, atMs: atMs + random.int(5_000, 400_000), act: mend });
    atMs += random.int(1_000, 120_000);
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** Somebody wants other passwords, from a source of chance of its own. */
export function choosePasswordSteps(random: Prng): readonly Step[] {
  return Array.from({ length: random.pick([0, 1, 1, 2]) }, () => ({
    name: 'passwords asked for',
    atMs: random.int(60_000, 500_000),
    act: (world: ConnectWorld) => {
      setMaintenance(world, { passwordsRequestedAt: world.nowDate() });
    },
  }));
}

/** Ends everything that keeps the cluster from becoming what the spec says. */
export function mendAll(world: ConnectWorld, random: Prng): void {
  for (const mend of Object.values(MENDS)) mend(world, random);
}

function kafkaUp(world: ConnectWorld): void {
  world.setKafka('up');
}

const ACTS: readonly (readonly [string, Act])[] = [
  [
    'connector added',
    (world, random) => {
      addConnector(world, random.pick(NAMES), random);
    },
  ],
  [
    'connector added',
    (world, random) => {
      addConnector(world, random.pick(NAMES), random);
    },
  ],
  ['connector removed', removeOne],
  ['connector removed', removeOne],
  [
    'connector removed and added',
    (world, random) => {
      const name = removeOne(world, random);
      if (name === undefined) return;
      world.scheduler.after(random.int(500, 15_000), () => {
        addConnector(world, name, random);
      });
    },
  ],
  [
    'connector removed and added',
    (world, random) => {
      const name = removeOne(world, random);
      if (name === undefined) return;
      world.scheduler.after(random.int(500, 15_000), () => {
        addConnector(world, name, random);
      });
    },
  ],
  [
    'connector removed and added',
    (world, random) => {
      const name = removeOne(world, random);
      if (name === undefined) return;
      world.scheduler.after(random.int(500, 15_000), () => {
        addConnector(world, name, random);
      });
    },
  ],
  [
    'connector configured',
    (world, random) => {
      editOne(world, random, (each) => ({ ...each, config: { ...each.config, poll: String(random.int(1, 99)) } }));
    },
  ],
  [
    'connector paused',
    (world, random) => {
      editOne(world, random, (each) => ({ ...each, paused: true }));
    },
  ],
  [
    'connectors resumed',
    (world) => {
      editAll(world, (each) => omit(each, 'paused'));
    },
  ],
  [
    'connector broken',
    (world, random) => {
      editOne(world, random, (each) => withSetting(each, MODEL_SETTINGS.broken));
    },
  ],
  [
    'connector broken',
    (world, random) => {
      editOne(world, random, (each) => withSetting(each, MODEL_SETTINGS.broken));
    },
  ],
  [
    'connector invalid',
    (world, random) => {
      editOne(world, random, (each) => withSetting(each, MODEL_SETTINGS.invalid));
    },
  ],
  [
    'workers',
    (world, random) => {
      editConnect(world, () => ({ workers: random.int(1, 4) }));
    },
  ],
  [
    'image',
    (world, random) => {
      editConnect(world, () => ({ image: image(random.int(0, 0xffff_ffff)) }));
    },
  ],
  [
    'bad image',
    (world) => {
      editConnect(world, () => ({ image: `registry.example.com/x@sha256:${BAD_IMAGE_MARK.repeat(8)}` }));
    },
  ],
  [
    'worker setting',
    (world, random) => {
      editConnect(world, () => ({ config: { 'offset.flush.interval.ms': String(random.int(1_000, 9_999)) } }));
    },
  ],
  [
    'roll request',
    (world) => {
      setMaintenance(world, { rollRequestedAt: world.nowDate() });
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
    'windows',
    (world) => {
      setWindows(world);
    },
  ],
  [
    'connector made by hand',
    (world) => {
      byHand(world, 'foreign', () => {
        world.group.create('foreign', { name: 'foreign' }, 'running');
      });
    },
  ],
  [
    'connector taken away by hand',
    (world, random) => {
      const name = anyName(world, random);
      if (name !== undefined)
        byHand(world, name, () => {
          world.group.remove(name);
        });
    },
  ],
  [
    'connector changed by hand',
    (world, random) => {
      const name = anyName(world, random);
      if (name !== undefined)
        byHand(world, name, () => {
          world.group.configure(name, { name, poll: 'by hand' });
        });
    },
  ],
  [
    'connector paused by hand',
    (world, random) => {
      const name = anyName(world, random);
      if (name !== undefined)
        byHand(world, name, () => {
          world.group.setPaused(name, true);
        });
    },
  ],
  [
    'task fails',
    (world, random) => {
      failOne(world, random, 'task');
    },
  ],
  [
    'task fails',
    (world, random) => {
      failOne(world, random, 'task');
    },
  ],
  [
    'connector fails',
    (world, random) => {
      failOne(world, random, 'connector');
    },
  ],
  [
    'worker crashes',
    (world) => {
      world.workers.crash();
    },
  ],
  [
    'worker lost',
    (world) => {
      world.workers.lose();
    },
  ],
  [
    'Kafka lost',
    (world) => {
      world.setKafka('down');
    },
  ],
  [
    'user lost',
    (world) => {
      world.access.lose();
    },
  ],
  ['object deleted', deleteObject],
];

const MENDS: Readonly<Record<string, Act>> = {
  'connector broken': (world) => {
    editAll(world, (each) => withoutSetting(each, MODEL_SETTINGS.broken));
  },
  'connector invalid': (world) => {
    editAll(world, (each) => withoutSetting(each, MODEL_SETTINGS.invalid));
  },
  'bad image': (world) => {
    editConnect(world, ({ image: now }) => (now.includes(BAD_IMAGE_MARK) ? { image: image(7) } : {}));
  },
  pause: (world) => {
    setMaintenance(world, { paused: false });
  },
  ignore: (world) => {
    annotate(world, {});
  },
  windows: (world) => {
    world.api.editPsc((psc) => ({ ...psc, spec: omit(psc.spec, 'maintenanceWindows') }));
  },
  'Kafka lost': kafkaUp,
};

const NAMES = ['first', 'second', 'third'] as const;

function editConnect(world: ConnectWorld, change: (connect: ConnectSpec) => Partial<ConnectSpec>): void {
  world.api.editPsc((psc) => {
    const { connect } = psc.spec;
    if (connect === undefined) return psc;
    return { ...psc, spec: { ...psc.spec, connect: { ...connect, ...change(connect) } } };
  });
}

function connectorsOf(world: ConnectWorld): readonly ConnectorSpec[] {
  return world.api.storedPsc()?.spec.connect?.connectors ?? [];
}

function addConnector(world: ConnectWorld, name: string, random: Prng): void {
  if (connectorsOf(world).some((each) => each.name === name)) return;
  const config = { 'connector.class': 'Model', [MODEL_SETTINGS.tasks]: String(random.int(1, 3)) };
  const paused = random.chance(0.2) ? { paused: true } : {};
  editConnect(world, ({ connectors = [] }) => ({ connectors: [...connectors, { name, config, ...paused }] }));
}

function removeOne(world: ConnectWorld, random: Prng): string | undefined {
  const name = anyName(world, random);
  editConnect(world, ({ connectors = [] }) => ({ connectors: connectors.filter((each) => each.name !== name) }));
  return name;
}

function anyName(world: ConnectWorld, random: Prng): string | undefined {
  const all = connectorsOf(world);
  return all.length === 0 ? undefined : random.pick(all).name;
}

function editOne(world: ConnectWorld, random: Prng, edit: (each: ConnectorSpec) => ConnectorSpec): void {
  const name = anyName(world, random);
  editAll(world, (each) => (each.name === name ? edit(each) : each));
}

function editAll(world: ConnectWorld, edit: (each: ConnectorSpec) => ConnectorSpec): void {
  for (const { name } of connectorsOf(world)) world.judge.connectorTouched(name);
  editConnect(world, ({ connectors = [] }) => ({ connectors: connectors.map(edit) }));
}

function withSetting(each: ConnectorSpec, key: string): ConnectorSpec {
  return { ...each, config: { ...each.config, [key]: 'true' } };
}

function withoutSetting(each: ConnectorSpec, key: string): ConnectorSpec {
  return { ...each, config: Object.fromEntries(Object.entries(each.config).filter(([name]) => name !== key)) };
}

function image(number: number): string {
  return `registry.example.com/connect@sha256:${number.toString(16).padStart(8, '0').repeat(8)}`;
}

function setMaintenance(world: ConnectWorld, change: Partial<MaintenanceSpec>): void {
  world.api.editPsc((psc) => ({
    ...psc,
    spec: { ...psc.spec, maintenance: { ...psc.spec.maintenance, ...change } },
  }));
}

function annotate(world: ConnectWorld, annotations: Readonly<Record<string, string>>): void {
  world.api.editPsc((psc: StoredPsc) => ({ ...psc, metadata: { ...psc.metadata, annotations } }));
}

/** One that is hours away. */
function setWindows(world: ConnectWorld): void {
  const hour = (new Date(EPOCH_MS + world.scheduler.nowMs).getUTCHours() + 12) % 24;
  const start = `${String(hour).padStart(2, '0')}:00`;
  world.api.editPsc((psc) => ({
    ...psc,
    spec: { ...psc.spec, maintenanceWindows: [{ start, durationMinutes: 60 }] },
  }));
}

function byHand(world: ConnectWorld, name: string, act: () => void): void {
  try {
    act();
    world.judge.connectorTouched(name);
  } catch {
    // Connect does not answer, or refuses: whoever tried gives up.
  }
}

function failOne(world: ConnectWorld, random: Prng, what: 'connector' | 'task'): void {
  const names = world.group.names();
  if (names.length > 0) world.group.fail(random.pick(names), what);
}

function deleteObject(world: ConnectWorld, random: Prng): void {
  const kinds = new Set(['Service', 'NetworkPolicy', 'ServiceAccount', 'ConfigMap', 'PodDisruptionBudget']);
  const objects = [...world.api.objects.current.values()].filter(({ kind }) => kinds.has(kind));
  if (objects.length === 0) return;
  const object = random.pick(objects);
  world.note(`${objectKey(object)} is deleted by hand`);
  world.api.remove(object);
}
