import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ConnectorConfig, SeenConnector } from '../../../operators/client/observed.ts';
import { ConflictError, RefusedError } from '../../../operators/psc/ports.ts';
import type { ConnectConformanceWorld } from './connect-conformance-world.ts';

/** What the operator relies on in Connect: the same for the model of the simulation and for real workers. */
export function connectConformance(
  who: string,
  start: () => Promise<ConnectConformanceWorld>,
  startMaxMs: number,
): void {
  describe(who, () => {
    let world: ConnectConformanceWorld;
    beforeAll(async () => {
      world = await start();
      await world.eventually('an answer', async () => {
        const { state } = await world.port.view(world.psc);
        return state === 'reachable' ? true : undefined;
      });
    }, startMaxMs);
    afterAll(async () => {
      await world.stop();
    });

    const seen = async (name: string): Promise<SeenConnector | undefined> => {
      const view = await world.port.view(world.psc);
      return view.state === 'reachable' ? view.connectors.get(name) : undefined;
    };
    const seenWhere = async (
      name: string,
      what: string,
      isSo: (connector: SeenConnector) => boolean,
    ): Promise<SeenConnector> =>
      await world.eventually(what, async () => {
        const connector = await seen(name);
        return connector !== undefined && isSo(connector) ? connector : undefined;
      });
    const isAll =
      (state: SeenConnector['state'], tasks: number) =>
      (connector: SeenConnector): boolean =>
        connector.tasks.length === tasks && [connector, ...connector.tasks].every((part) => part.state === state);
    /** The group may be sharing out its work: that is a conflict, and the operator tries again. */
    const changed = async (what: string, change: () => Promise<void>): Promise<void> => {
      await world.eventually(what, async () => {
        try {
          await change();
          return true;
        } catch (error) {
          if (error instanceof ConflictError) return undefined;
          throw error;
        }
      });
    };
    const connector = (name: string, tasks: number, how?: 'valid' | 'invalid'): ConnectorConfig => ({
      name,
      config: { ...world.config(tasks, how), name },
    });
    const make = async (name: string, tasks: number, state: 'running' | 'paused' = 'running'): Promise<void> => {
      await changed(`${name} is made`, () => world.port.create(world.psc, connector(name, tasks), state));
    };

    test('runs a connector with its tasks, and keeps its config as it was given', async () => {
      await make('runs', 2);
      const made = await seenWhere('runs', 'it runs', isAll('Running', 2));
      expect(made.config).toEqual(connector('runs', 2).config);
      expect(made.worker).not.toBe('');
      expect(made.tasks.map(({ id }) => id)).toEqual([0, 1]);
      expect(made.trace).toBe('');
    });

    test('makes no connector a second time', async () => {
      await make('once', 1);
      await seenWhere('once', 'it runs', isAll('Running', 1));
      await expect(world.port.create(world.psc, connector('once', 1), 'running')).rejects.toThrow(ConflictError);
    });

    test('makes a connector that is paused from its beginning, and resumes and pauses it', async () => {
      await make('paused', 1, 'paused');
      await seenWhere('paused', 'it is paused', ({ state }) => state === 'Paused');
      await changed('resume', () => world.port.resume(world.psc, 'paused'));
      await seenWhere('paused', 'it runs', isAll('Running', 1));
      await changed('pause', () => world.port.pause(world.psc, 'paused'));
      await seenWhere('paused', 'it is paused again', isAll('Paused', 1));
    });

    test('takes another config of a connector that runs', async () => {
      await make('changes', 1);
      await seenWhere('changes', 'it runs', isAll('Running', 1));
      await changed('configure', () => world.port.configure(world.psc, connector('changes', 3)));
      const after = await seenWhere('changes', 'it has three tasks', isAll('Running', 3));
      expect(after.config).toEqual(connector('changes', 3).config);
    });

    test('says what is wrong with a config, without its values, and refuses it', async () => {
      await expect(world.port.verdict(world.psc, connector('fine', 1))).resolves.toEqual({ verdict: 'fine' });
      const verdict = await world.port.verdict(world.psc, connector('wrong', 1, 'invalid'));
      expect(verdict.verdict).toBe('rejected');
      expect(JSON.stringify(verdict)).not.toContain(world.secret);
      await world.eventually('a refusal', async () => {
        try {
          await world.port.create(world.psc, connector('wrong', 1, 'invalid'), 'running');
          return undefined;
        } catch (error) {
          if (error instanceof ConflictError) return undefined;
          expect(error).toBeInstanceOf(RefusedError);
          expect(String(error)).not.toContain(world.secret);
          return true;
        }
      });
      expect(await seen('wrong')).toBeUndefined();
    });

    test('shows tasks that have failed and why, without secrets, and starts what failed again', async () => {
      await make('fails', 2);
      await seenWhere('fails', 'it runs', isAll('Running', 2));
      await world.breakTasks();
      const broken = await seenWhere('fails', 'all its tasks fail', ({ tasks }) =>
        tasks.every(({ state }) => state === 'Failed'),
      );
      expect(broken.state).toBe('Running');
      expect(broken.tasks[0]?.trace).toMatch(/ConnectException.*no way in/);
      expect(JSON.stringify(broken)).not.toContain(world.secret);
      await world.mendTasks();
      await changed('restart', () => world.port.restartFailed(world.psc, 'fails'));
      await seenWhere('fails', 'it runs again', isAll('Running', 2));
    });

    test('takes a connector away, once and for all', async () => {
      await make('goes', 1);
      await seenWhere('goes', 'it runs', isAll('Running', 1));
      await changed('remove', () => world.port.remove(world.psc, 'goes'));
      await world.eventually('it is gone', async () => ((await seen('goes')) === undefined ? true : undefined));
      await changed('remove again', () => world.port.remove(world.psc, 'goes'));
      await expect(world.port.pause(world.psc, 'goes')).rejects.toThrow(ConflictError);
    });
  });
}
