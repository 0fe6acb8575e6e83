import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { CONDITION_TYPES, findCondition } from '../../../contracts/conditions.ts';
import { CONTROL_PLANE_START_TIMEOUT_MS } from '../../local/test-control-plane.ts';
import { eventually } from '../../support/kafka-wait.ts';
import { isWrite } from './fleet/audit-log.ts';
import { type Fleet, fleetSize, startFleet, unsettled } from './fleet/fleet.ts';
import { BROKERS } from './fleet/kafka-fleet.ts';

/** As many as two cores bring up within a few minutes beside API server and models; `flotilla bench operator` has 200. */
const FLEET_PSCS = fleetSize(20);
const CONTROLLERS = 3;
/** Far longer than it takes: a machine that does other work beside must not fail it. */
const WAIT_MAX_MS = 900_000;
const names = Array.from({ length: FLEET_PSCS }, (_, index) => `psc-${String(index).padStart(3, '0')}`);
/** Of these nobody reaches Kafka at first. */
const cutOff = names.slice(0, FLEET_PSCS / 20);
/** Of these one broker does not catch up at first. */
const behind = names.slice(FLEET_PSCS / 20, FLEET_PSCS / 10);
const well = names.slice(FLEET_PSCS / 10);
/** Longer than an operator at rest waits from one look at a PSC to the next. */
const REST_MS = 40_000;

jest.setTimeout(WAIT_MAX_MS + CONTROL_PLANE_START_TIMEOUT_MS);

let fleet: Fleet;
/** Before it says that it is ready, an API server refuses whatever it has not read the rights for yet. */
let apiServerStarts = { fromMs: 0, untilMs: 0 };

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(async () => {
  await fleet.stop();
});

describe(`an operator with ${FLEET_PSCS} PSCs of ${BROKERS} brokers`, () => {
  test('makes them all while the API server is lost and comes back', async () => {
    for (const name of cutOff) fleet.kafka.of(name).cutOff();
    for (const name of behind) fleet.kafka.of(name).fallBehind(0);
    await fleet.create(names);
    await eventually({ what: 'a third of the pods', withinMs: WAIT_MAX_MS }, () =>
      Promise.resolve(podsReady() >= (FLEET_PSCS * (BROKERS + CONTROLLERS)) / 3 ? true : undefined),
    );
    const fromMs = Date.now();
    await fleet.controlPlane.replaceApiServer();
    apiServerStarts = { fromMs, untilMs: Date.now() };
    expect(well.filter((name) => unsettled(fleet.pscs.get(name)) === undefined).length).toBeLessThan(well.length);
    await settled(well);
  });

  test('is held back by a Kafka that is not well in its own PSC only, and says why', () => {
    const reasons = (psc: string): string =>
      [CONDITION_TYPES.ready, CONDITION_TYPES.clusterResizing]
        .map((type) => findCondition(fleet.pscs.get(psc)?.status?.conditions, type)?.reason ?? 'none')
        .join(' ');
    expect(new Set(cutOff.map(reasons))).toEqual(new Set(['KafkaUnreachable WaitingForPods']));
    for (const psc of behind) expect(reasons(psc)).toMatch(/^(BrokersNotInSync|UnderReplicatedPartitions) /);
  });

  test('finishes what was held back as soon as it is well', async () => {
    for (const name of [...cutOff, ...behind]) fleet.kafka.of(name).heal();
    await settled(names);
    expect(podsReady()).toBe(FLEET_PSCS * (BROKERS + CONTROLLERS));
  });

  test('writes nothing at rest, and reads its caches only', async () => {
    const before = { passes: await passes(), calls: await apiCalls() };
    const fromMs = Date.now();
    await eventually({ what: 'a pass over each PSC', withinMs: 2 * REST_MS }, async () =>
      Date.now() - fromMs > REST_MS && (await passes()) - before.passes >= FLEET_PSCS ? true : undefined,
    );
    const calls = (await fleet.audit.calls()).filter(({ atMs }) => atMs >= fromMs);
    expect(calls.filter(isWrite)).toEqual([]);
    expect(calls.filter(({ resource }) => resource !== 'leases')).toEqual([]);
    expect(await apiCalls()).toBe(before.calls);
    // The log is one that calls do get into.
    expect(calls.length).toBeGreaterThan(0);
    expect(names.filter((name) => unsettled(fleet.pscs.get(name)) !== undefined)).toEqual([]);
  });
});

describe('a roll of some of them', () => {
  const rolled = well.slice(0, 12);
  const held = rolled.slice(0, 4);

  test('waits where a broker is behind, and takes the brokers of one zone at a time elsewhere', async () => {
    for (const name of rolled) fleet.zones.watch(name);
    for (const name of held) fleet.kafka.of(name).fallBehind(1);
    await eventually({ what: 'the lag is seen', withinMs: WAIT_MAX_MS }, () =>
      Promise.resolve(held.every((name) => unsettled(fleet.pscs.get(name)) !== undefined) ? true : undefined),
    );
    const rollRequestedAt = new Date().toISOString();
    for (const name of rolled) await fleet.edit(name, { maintenance: { rollRequestedAt } });
    await settled(rolled.slice(held.length));
    for (const name of rolled.slice(held.length))
      expect(fleet.zones.replaced.get(name)?.size).toBe(BROKERS + CONTROLLERS);
    for (const name of held) {
      expect(fleet.zones.replaced.get(name)?.size).toBe(0);
      expect(findCondition(fleet.pscs.get(name)?.status?.conditions, CONDITION_TYPES.rolling)).toMatchObject({
        status: 'True',
        reason: 'UnderReplicatedPartitions',
      });
    }
  });

  test('goes on where it waited once the broker is in sync', async () => {
    for (const name of held) fleet.kafka.of(name).heal();
    await settled(rolled);
    for (const name of held) expect(fleet.zones.replaced.get(name)?.size).toBe(BROKERS + CONTROLLERS);
    expect(fleet.zones.violations).toEqual([]);
    // Both brokers of a zone went together: one at a time would have been no test of the rule.
    expect(fleet.zones.mostAway).toBe(BROKERS / 3);
  });

  test('was never refused for want of a right', () => {
    const { fromMs, untilMs } = apiServerStarts;
    const refusals = fleet.operator.lines().filter((line) => {
      const atMs = Date.parse(line.slice(0, line.indexOf(' ')));
      return /forbidden|internal error/i.test(line) && !(atMs >= fromMs && atMs <= untilMs);
    });
    expect(refusals).toEqual([]);
  });
});

function podsReady(): number {
  return [...fleet.pods.values()].flatMap((own) => [...own.values()]).filter(({ isReady }) => isReady).length;
}

async function settled(wanted: readonly string[]): Promise<void> {
  let left: readonly string[] = [];
  try {
    await eventually({ what: 'they are settled', withinMs: WAIT_MAX_MS }, () => {
      left = wanted.flatMap((name) => {
        const why = unsettled(fleet.pscs.get(name));
        return why === undefined ? [] : [`${name}: ${why}`];
      });
      return Promise.resolve(left.length === 0 ? true : undefined);
    });
  } catch (error) {
    const said = [...left.slice(0, 5), ...fleet.troubles.slice(-5), ...fleet.operator.lines().slice(-20)].join('\n');
    throw new Error(`${left.length} of ${wanted.length} PSCs are not settled:\n${said}`, { cause: error });
  }
}

async function passes(): Promise<number> {
  return await fleet.operator.metric('flotilla_operator_reconcile_seconds_count', 'outcome="at-rest"');
}

/** Watches apart, which end and begin anew from time to time. */
async function apiCalls(): Promise<number> {
  const all = await fleet.operator.metric('flotilla_operator_api_calls_total');
  return all - (await fleet.operator.metric('flotilla_operator_api_calls_total', 'verb="watch"'));
}
