import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UNFOLLOWED } from '../../../operators/runtime/steps.ts';
import { startTracing, type Tracing } from '../../../operators/runtime/tracing.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { leadWorld } from '../psc/lead-world.ts';
import { emptyCluster, runningCluster } from '../psc/observed-cluster.ts';

let receiver: OtlpReceiver;
let tracing: Tracing;

beforeEach(async () => {
  receiver = await startOtlpReceiver();
  tracing = startTracing({
    url: `${receiver.url}/v1/traces`,
    serviceName: 'flotilla-operator',
    resource: { 'k8s.cluster.name': 'aws-a' },
  });
});

afterEach(async () => {
  await tracing.stop();
  await receiver.close();
});

describe('passes of the operator', () => {
  test('arrive at a collector as one trace each: what they did, how long, and how they ended', async () => {
    const world = leadWorld(runningCluster(examplePsc('aws')), tracing.steps);
    await worked(world);
    expect(receiver.requests[0]).toEqual({ path: '/v1/traces', contentType: 'application/x-protobuf' });
    const pass = spanIn('reconcile');
    expect(pass).toMatchObject({ parentSpanId: '', service: 'flotilla-operator' });
    expect(pass.attributes).toEqual({ 'flotilla.psc': 'orders', 'flotilla.outcome': 'at-rest' });
    expect(childrenOf(pass).map(({ name }) => name)).toEqual(['observe', 'plan', 'check', 'execute']);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test('show every write, named by its kind and by what it is about, and what the pass waits for', async () => {
    const world = leadWorld(emptyCluster(examplePsc('aws')), tracing.steps);
    await worked(world);
    const pass = spanIn('reconcile');
    expect(pass.attributes).toMatchObject({
      'flotilla.outcome': 'acted',
      'flotilla.reason': expect.any(String) as unknown,
    });
    const writes = childrenOf(spanIn('execute'));
    expect(writes.length).toBe(world.writes.filter((what) => what !== 'status').length);
    expect(writes.find(({ name }) => name === 'write apply')?.attributes['flotilla.object']).toMatch(
      /^\w+\/psc-orders\//,
    );
    expect(childrenOf(pass).at(-1)?.name).toBe('write status');
  });

  test('that fail say with what, at the write that failed and at all that it was part of', async () => {
    const world = leadWorld(emptyCluster(examplePsc('aws')), tracing.steps);
    world.onWrite(() => Promise.reject(new Error('no answer')));
    await worked(world);
    const failed = receiver.spans.filter(({ error }) => error === 'no answer').map(({ name }) => name);
    expect(failed).toEqual(expect.arrayContaining(['execute', 'reconcile']));
    expect(failed.some((name) => name.startsWith('write '))).toBe(true);
    expect(spanIn('reconcile').attributes['flotilla.outcome']).toBe('failed');
  });

  test('go on when nobody takes their spans, and the end does not wait for it', async () => {
    await receiver.close();
    const world = leadWorld(runningCluster(examplePsc('aws')), tracing.steps);
    await worked(world);
    expect(world.ended.map(([, { outcome }]) => outcome)).toEqual(['at-rest']);
  });

  test('make no spans where nobody follows them', async () => {
    const world = leadWorld(runningCluster(examplePsc('aws')), UNFOLLOWED);
    await worked(world);
    expect(world.ended).toHaveLength(1);
    expect(receiver.requests).toEqual([]);
  });
});

/** One pass, and all that is told of it. */
async function worked(world: ReturnType<typeof leadWorld>): Promise<void> {
  const over = world.lead();
  await world.settled();
  world.stop();
  await over;
  await tracing.stop();
}

function spanIn(name: string): ReceivedSpan {
  const found = receiver.spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`no span ${name} in ${receiver.spans.map((span) => span.name).join(', ')}`);
  return found;
}

/** In the order in which they ended. */
function childrenOf({ spanId }: ReceivedSpan): readonly ReceivedSpan[] {
  return receiver.spans.filter(({ parentSpanId }) => parentSpanId === spanId);
}
