import type { Command } from 'commander';
import { type Fault, faultName, faultText, undoCommand } from '../../local/faults/fault.ts';
import {
  breakObjectStore,
  breakZone,
  fillPodDisk,
  heal,
  killPod,
  pausePod,
  slowZone,
} from '../../local/faults/fault-actions.ts';
import { LINK_CUTS } from '../../local/faults/links.ts';
import { activeFaults } from '../../local/faults/fault-store.ts';
import { theOneCalled } from '../../local/faults/pods.ts';
import type { RegionLayout } from '../../local/region/layout.ts';
import { inLocalRegion, withFaultsLocked } from '../local/in-local-region.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** `flotilla fault`: breaks a part of the region on this machine on purpose, and mends it. */
export function addFaultCommand(program: Command): void {
  const fault = program
    .command('fault')
    .description('break a part of the region on this machine, and mend it')
    .addHelpText('after', HELP_EXAMPLES);
  addZoneFaults(fault);
  addPodFaults(fault);
  fault
    .command('object-store-down')
    .description('take the object store away')
    .action(breaking(async (layout) => brokenText(await breakObjectStore(layout))));
  fault
    .command('object-store-up')
    .description('bring the object store back')
    .action(mending(({ kind }) => kind === 'object-store-down', 'the object store is not down'));
  fault
    .command('heal')
    .description('undo every fault, or the one that is named')
    .argument('[fault...]', 'as ./flotilla fault list names it, such as: cut-link local-b')
    .action(async (words: readonly string[]) => {
      await withFaultsLocked(process.env, async ({ layout }) => {
        await healNamed(layout, words.join(' '));
      });
    });
  fault.command('list').description('show the faults that nobody has undone').action(list);
}

const HELP_EXAMPLES = `
Zones and pods are named as ./flotilla status shows them; a pod of a tenant also as tenant/pod, as in demo/kafka-0.
Every fault is noted before it is brought about, so that heal undoes it whatever happened in between.

Examples:
  $ sudo ./flotilla fault zone-down local-b      a power cut: packets vanish
  $ sudo ./flotilla fault crash-node local-b     a crash: connections are refused
  $ sudo ./flotilla fault cut-link local-b       the node runs, nobody reaches it
  $ sudo ./flotilla fault fill-disk demo/kafka-0 95
  $ sudo ./flotilla fault heal`;

function addZoneFaults(fault: Command): void {
  const zones = {
    'zone-down': 'cut the power of a zone: its node is gone, and packets for it vanish',
    'crash-node': "kill a zone's node: connections to it are refused",
    'cut-link': "drop every packet to and from a zone's node, which runs on",
    'mute-link': "drop every packet from a zone's node, which hears all others",
    'deaf-link': "drop every packet to a zone's node, which all others hear",
  } as const;
  for (const kind of ['zone-down', 'crash-node', ...LINK_CUTS] as const) {
    fault
      .command(kind)
      .description(zones[kind])
      .argument('<zone>')
      .action(async (zone: string) => {
        await breaking(async (layout) => brokenText(await breakZone(layout, kind, zone)))();
      });
  }
  fault
    .command('zone-up')
    .description('undo zone-down and crash-node')
    .argument('<zone>')
    .action(async (zone: string) => {
      const isMeant = (each: Fault): boolean =>
        (each.kind === 'zone-down' || each.kind === 'crash-node') && each.zone === zone;
      await mending(isMeant, `the zone ${zone} is not down by a fault`)();
    });
  fault
    .command('slow-link')
    .description("bound what a zone's link carries each way")
    .argument('<zone>')
    .argument('<mbit/s>')
    .action(async (zone: string, rate: string) => {
      const megabitsPerSecond = numberBetween(rate, { what: 'mbit/s', min: 0.1, max: 100_000 });
      await breaking(async (layout) => brokenText(await slowZone(layout, zone, megabitsPerSecond)))();
    });
}

function addPodFaults(fault: Command): void {
  fault
    .command('kill')
    .description("kill a pod's processes; Kubernetes starts them again")
    .argument('<pod>')
    .action(async (pod: string) => {
      await breaking(async (layout) => {
        const { namespace, name } = await killPod(layout, pod);
        return `the processes of ${namespace}/${name} were killed\nundo: not needed, Kubernetes starts them again`;
      })();
    });
  fault
    .command('pause')
    .description("stop a pod's processes where they stand: connections to them hang")
    .argument('<pod>')
    .action(async (pod: string) => {
      await breaking(async (layout) => brokenText(await pausePod(layout, pod)))();
    });
  fault
    .command('resume')
    .description('let a paused pod go on')
    .argument('<pod>')
    .action(async (pod: string) => {
      await withFaultsLocked(process.env, async ({ layout }) => {
        const paused = (await activeFaults(layout)).flatMap((each) => (each.kind === 'pause' ? [each.pod] : []));
        if (paused.length === 0) throw nothingToUndo('no pod is paused');
        const { namespace, name } = theOneCalled(pod, paused);
        await healNamed(layout, `pause ${namespace}/${name}`);
      });
    });
  fault
    .command('fill-disk')
    .description("fill a pod's volume up")
    .argument('<pod>')
    .argument('<percent>')
    .action(async (pod: string, text: string) => {
      const percent = numberBetween(text, { what: 'percent', min: 1, max: 100 });
      await breaking(async (layout) => {
        const { fault: noted, usedPercent } = await fillPodDisk(layout, pod, percent);
        return `${brokenText(noted)}\nused now: ${usedPercent.toFixed(1)} %`;
      })();
    });
}

/** An action that breaks something and says what. */
function breaking(work: (layout: RegionLayout) => Promise<string>): () => Promise<void> {
  return async () => {
    await withFaultsLocked(process.env, async ({ layout }) => {
      process.stdout.write(`${await work(layout)}\n`);
    });
  };
}

/** An action that undoes faults of one sort. */
function mending(isMeant: (fault: Fault) => boolean, otherwise: string): () => Promise<void> {
  return async () => {
    await withFaultsLocked(process.env, async ({ layout }) => {
      if (!(await activeFaults(layout)).some(isMeant)) throw nothingToUndo(otherwise);
      await healAndTell(layout, isMeant);
    });
  };
}

async function healNamed(layout: RegionLayout, name: string): Promise<void> {
  const active = await activeFaults(layout);
  if (name !== '' && !active.some((fault) => faultName(fault) === name)) {
    throw nothingToUndo(`there is no fault "${name}"`);
  }
  if (active.length === 0) process.stdout.write('there is no fault to undo\n');
  await healAndTell(layout, (fault) => name === '' || faultName(fault) === name);
}

async function healAndTell(layout: RegionLayout, isMeant: (fault: Fault) => boolean): Promise<void> {
  const failures: string[] = [];
  for (const { fault, failure } of await heal(layout, isMeant)) {
    if (failure === undefined) process.stdout.write(`undone: ${faultName(fault)}\n`);
    else failures.push(`${faultName(fault)}: ${failure.message}`);
  }
  if (failures.length === 0) return;
  throw new UserError(`not everything could be undone\n${failures.join('\n')}`, {
    hint: 'run ./flotilla up, which starts what does not run, then ./flotilla fault heal again',
    exitCode: EXIT_CODES.environment,
  });
}

async function list(): Promise<void> {
  await inLocalRegion(process.env, async ({ layout }) => {
    const faults = await activeFaults(layout);
    process.stdout.write(faults.length === 0 ? 'no faults\n' : `${faults.map(listed).join('\n')}\n`);
  });
}

function listed(fault: Fault): string {
  return `${faultName(fault)}: ${faultText(fault)}\n  undo: ${undoCommand(fault)}`;
}

function brokenText(fault: Fault): string {
  return `${faultText(fault)}\nundo: ${undoCommand(fault)} (or all faults: ./flotilla fault heal)`;
}

function nothingToUndo(what: string): UserError {
  return new UserError(what, { hint: 'see ./flotilla fault list' });
}

function numberBetween(
  text: string,
  { what, min, max }: { readonly what: string; readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new UserError(`${what}: "${text}" is no number from ${min} to ${max}`, {
    hint: `give one, such as 50`,
  });
}
