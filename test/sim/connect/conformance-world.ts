import { exampleConnectPsc } from '../../support/example-clients.ts';
import type { ConnectConformanceWorld } from '../../operators/connect/connect-conformance-world.ts';
import { parseConnectors, parseVerdict } from '../../../operators/connect/connect-answers.ts';
import { Prng } from '../kernel/prng.ts';
import { Scheduler } from '../kernel/scheduler.ts';
import { ConnectModel, MODEL_SETTINGS, SECRET } from './connect-model.ts';

const PATIENCE_MS = 120_000;
const LOOK_MS = 500;

/** The simulation's model of Connect under the hands of the conformance tests; time passes while they wait. */
export function simulatedConnectWorld(): Promise<ConnectConformanceWorld> {
  const scheduler = new Scheduler();
  const group = new ConnectModel(scheduler, new Prng(11));
  group.setWorkers(['connect-0', 'connect-1']);
  const example = exampleConnectPsc('local');
  const asked = <T>(serve: () => T): Promise<T> => Promise.resolve().then(serve);
  let isBroken = false;
  return Promise.resolve({
    psc: { ...example, metadata: { ...example.metadata, uid: 'uid', resourceVersion: '1', generation: 1 } },
    port: {
      view: () => asked(() => ({ state: 'reachable', connectors: parseConnectors(group.raw()) }) as const),
      verdict: (_psc, { config }) => asked(() => parseVerdict(group.rawVerdict(config))),
      create: (_psc, { name, config }, state) =>
        asked(() => {
          group.create(name, config, state);
        }),
      configure: (_psc, { name, config }) =>
        asked(() => {
          group.configure(name, config);
        }),
      pause: (_psc, name) =>
        asked(() => {
          group.setPaused(name, true);
        }),
      resume: (_psc, name) =>
        asked(() => {
          group.setPaused(name, false);
        }),
      restartFailed: (_psc, name) =>
        asked(() => {
          group.restartFailed(name);
        }),
      remove: (_psc, name) =>
        asked(() => {
          group.remove(name);
        }),
    },
    config: (tasks, how) => ({
      [MODEL_SETTINGS.tasks]: String(tasks),
      ...(how === 'invalid' ? { [MODEL_SETTINGS.invalid]: 'true' } : {}),
    }),
    breakTasks: () => {
      isBroken = true;
      return Promise.resolve();
    },
    mendTasks: () => {
      isBroken = false;
      return Promise.resolve();
    },
    secret: SECRET,
    eventually: async (what, look) => {
      const endMs = scheduler.nowMs + PATIENCE_MS;
      for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (scheduler.nowMs >= endMs) throw new Error(`${what} did not happen`);
        if (isBroken) for (const name of group.names()) group.fail(name, 'task');
        await scheduler.runUntil(scheduler.nowMs + LOOK_MS);
      }
    },
    stop: () => Promise.resolve(),
  });
}
