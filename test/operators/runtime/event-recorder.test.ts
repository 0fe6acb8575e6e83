import { describe, expect, it } from '@jest/globals';
import { ApiServerError, type ApiWrite } from '../../../operators/runtime/api-server.ts';
import {
  EVENT_WINDOW_MS,
  type EventRecorder,
  eventRecorder,
  MAX_NOTES_PER_REASON,
} from '../../../operators/runtime/event-recorder.ts';

const SUBJECT = {
  apiVersion: 'flotilla.dev/v1',
  kind: 'PhysicalStatefulCluster',
  namespace: 'psc-a',
  name: 'a',
  uid: 'u1',
};
const NOTE = { type: 'Warning', reason: 'RollStopped', message: 'kafka-1 does not start' } as const;

describe('events', () => {
  it('are made once and then counted, at most twice a minute', async () => {
    const { recorder, writes, clock } = recorderWith();
    for (let second = 0; second < 60; second += 1) {
      await recorder.record(SUBJECT, NOTE);
      clock.nowMs += 1_000;
    }
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'PATCH']);
    expect(writes[1]?.body).toMatchObject({ series: { count: 31 } });
    expect(writes[1]?.path).toMatch(/events\/a\.[0-9a-f]{16}$/);
  });

  it('of one object and reason are limited, those of others are not', async () => {
    const { recorder, writes } = recorderWith();
    for (let index = 0; index < 50; index += 1) await recorder.record(SUBJECT, { ...NOTE, message: `pod ${index}` });
    expect(writes).toHaveLength(MAX_NOTES_PER_REASON);
    await recorder.record({ ...SUBJECT, name: 'b', uid: 'u2' }, NOTE);
    await recorder.record(SUBJECT, { ...NOTE, reason: 'VolumeGrown' });
    expect(writes).toHaveLength(MAX_NOTES_PER_REASON + 2);
  });

  it('are made anew when the last of them is long ago', async () => {
    const { recorder, writes, clock } = recorderWith();
    await recorder.record(SUBJECT, NOTE);
    clock.nowMs += EVENT_WINDOW_MS;
    await recorder.record(SUBJECT, NOTE);
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'POST']);
  });

  it('that cannot be written are told of, and tried when they come again', async () => {
    const { recorder, writes, clock, troubles } = recorderWith();
    clock.fails = true;
    await recorder.record(SUBJECT, NOTE);
    expect(troubles).toHaveLength(1);
    clock.fails = false;
    await recorder.record(SUBJECT, NOTE);
    expect(writes.map(({ method }) => method)).toEqual(['POST']);
  });

  it('are cut to what the API server takes', async () => {
    const { recorder, writes } = recorderWith();
    await recorder.record(SUBJECT, { ...NOTE, message: 'x'.repeat(5_000) });
    expect((writes[0]?.body as { readonly note: string }).note).toHaveLength(1024);
  });
});

function recorderWith(): {
  readonly recorder: EventRecorder;
  readonly writes: ApiWrite[];
  readonly troubles: unknown[];
  readonly clock: { nowMs: number; fails: boolean };
} {
  const [writes, troubles]: [ApiWrite[], unknown[]] = [[], []];
  const clock = { nowMs: 0, fails: false };
  const recorder = eventRecorder({
    api: {
      get: async () => await Promise.reject(new Error('nothing is read')),
      lines: async function* () {
        yield await Promise.reject<unknown>(new Error('nothing is watched'));
      },
      write: async (call) => {
        if (clock.fails) throw new ApiServerError('not now', { status: 503 });
        writes.push(call);
        return await Promise.resolve({});
      },
    },
    controller: 'flotilla.dev/operator',
    instance: 'operator-0',
    wallMs: () => clock.nowMs,
    onTrouble: (error) => troubles.push(error),
  });
  return { recorder, writes, troubles, clock };
}
