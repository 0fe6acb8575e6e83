import { describe, expect, it } from '@jest/globals';
import { checkExcludedTopics } from '../../../cli/balance/excluded-topics.ts';
import { changeMaintenance, withNames } from '../../../cli/balance/maintenance.ts';
import { UserError } from '../../../cli/user-error.ts';
import type { MaintenanceSpec } from '../../../contracts/gen/psc-types.ts';
import { type ApiServer, ApiServerError, type ApiWrite } from '../../../operators/runtime/api-server.ts';
import { examplePsc } from '../../support/example-psc.ts';

/** An API server with one PSC, whose answers to writes are the test's: a status, or undefined where it takes them. */
function apiWith(maintenance: MaintenanceSpec, answers: (number | undefined)[]) {
  const writes: ApiWrite[] = [];
  const psc = examplePsc('local');
  const metadata = { ...psc.metadata, uid: '1', resourceVersion: '7', generation: 1 };
  const api: ApiServer = {
    get: () => Promise.resolve({ ...psc, metadata, spec: { ...psc.spec, maintenance } }),
    lines: () => {
      throw new Error('nothing is watched');
    },
    write: (call) => {
      writes.push(call);
      const status = answers.shift();
      return status === undefined ? Promise.resolve({}) : Promise.reject(new ApiServerError('no', { status }));
    },
  };
  return { api, writes };
}

const maintenanceIn = ({ body }: ApiWrite): unknown =>
  (body as { readonly spec: { readonly maintenance: unknown } }).spec.maintenance;

describe('what people ask of a PSC', () => {
  it('is written whole, as its own part of the spec, if nothing has changed since', async () => {
    const { api, writes } = apiWith({ paused: true }, []);
    await changeMaintenance({ api }, 'orders', (before) => ({ ...before, drain: ['kafka-1'] }));
    expect(writes.map(maintenanceIn)).toEqual([{ paused: true, drain: ['kafka-1'] }]);
    expect(writes[0]).toMatchObject({
      query: { fieldManager: 'flotilla-maintenance' },
      body: { metadata: { uid: '1', resourceVersion: '7' } },
    });
  });

  it('is never without a field: server-side apply would leave null, which the schema refuses', async () => {
    const { api, writes } = apiWith({ drain: ['kafka-1'] }, []);
    await changeMaintenance({ api }, 'orders', () => ({}));
    expect(writes.map(maintenanceIn)).toEqual([{ balancing: 'On' }]);
  });

  it('is asked again on top of what somebody else wrote meanwhile', async () => {
    const { api, writes } = apiWith({}, [409, 409]);
    await changeMaintenance({ api }, 'orders', () => ({ paused: true }));
    expect(writes).toHaveLength(3);
  });

  it('is told as refused, in words', async () => {
    const { api } = apiWith({}, [403]);
    await expect(changeMaintenance({ api }, 'orders', () => ({ paused: true }))).rejects.toThrow(UserError);
  });
});

describe('a list of what people ask', () => {
  it.each<[MaintenanceSpec, boolean, MaintenanceSpec]>([
    [{ paused: true }, false, { paused: true, excludedTopics: ['audit', 'metrics-*'] }],
    [{ excludedTopics: ['a', 'audit'] }, false, { excludedTopics: ['a', 'audit', 'metrics-*'] }],
    [{ excludedTopics: ['a', 'audit'], drain: ['kafka-1'] }, true, { excludedTopics: ['a'], drain: ['kafka-1'] }],
    [{ excludedTopics: ['audit'], paused: true }, true, { paused: true }],
    [{}, true, {}],
  ])('of %j, undone: %j, becomes %j', (before, undo, after) => {
    expect(withNames(before, 'excludedTopics', ['audit', 'metrics-*', 'audit'], undo)).toEqual(after);
  });
});

describe('topics to exclude', () => {
  it('are names of Kafka, or the beginning of names', () => {
    expect(() => {
      checkExcludedTopics(['audit', 'A.b_c-9', 'metrics-*', '*', 'a'.repeat(249), `${'a'.repeat(248)}*`]);
    }).not.toThrow();
  });

  it.each(['a*b', '*a', 'a**', '', 'a b', 'a?', 'a/b', 'a'.repeat(250), `${'a'.repeat(249)}*`, 'a\n'])(
    'are not %j, and what they may be is said',
    (wrong) => {
      const check = (): void => {
        checkExcludedTopics(['audit', wrong]);
      };
      expect(check).toThrow(UserError);
      expect(check).toThrow(`no topic can be called ${JSON.stringify(wrong)}`);
      expect(check).toThrow(expect.objectContaining({ hint: expect.stringContaining('one asterisk after it') }));
    },
  );
});
