import { afterEach, describe, expect, it } from '@jest/globals';
import { type HealthServer, serveHealth } from '../../../operators/runtime/health-server.ts';
import { type OperatorMetrics, operatorMetrics } from '../../../operators/psc/operator-metrics.ts';

let server: HealthServer | undefined;

afterEach(async () => {
  await server?.close();
});

describe('the health server', () => {
  it('says whether the process is worth keeping and ready, and why not', async () => {
    let [live, ready]: (string | undefined)[] = [undefined, 'caches are not read yet'];
    server = await serveHealth({ ...PORTS, isLive: () => live, isReady: () => ready, metrics: metricsAt(0).metrics });
    expect(await ask(server.healthPort, '/healthz')).toEqual([200, 'ok\n']);
    expect(await ask(server.healthPort, '/readyz')).toEqual([503, 'caches are not read yet\n']);
    [live, ready] = ['stuck', undefined];
    expect(await ask(server.healthPort, '/healthz')).toEqual([503, 'stuck\n']);
    expect(await ask(server.healthPort, '/readyz')).toEqual([200, 'ok\n']);
    expect((await ask(server.healthPort, '/metrics'))[0]).toBe(404);
  });

  it('lets its first port go when the second is taken', async () => {
    const { metrics } = metricsAt(0);
    const checks = { isLive: () => undefined, isReady: () => undefined, metrics };
    server = await serveHealth({ ...PORTS, ...checks });
    const { metricsPort } = server;
    await expect(serveHealth({ healthPort: 0, metricsPort, ...checks })).rejects.toThrow('EADDRINUSE');
  });

  it('serves the metrics of the operator', async () => {
    const { metrics, clock } = metricsAt(1_000_000);
    server = await serveHealth({ ...PORTS, isLive: () => undefined, isReady: () => undefined, metrics });
    metrics.passEnded(0.3, 'acted');
    metrics.apiCallEnded({ verb: 'patch', code: 409 });
    metrics.waits('orders', [{ task: 'resize', reason: 'WaitingForExternalDns' }]);
    clock.nowMs = 2_000_000;
    metrics.waits('orders', [
      { task: 'resize', reason: 'WaitingForExternalDns' },
      { task: 'roll', reason: 'UnderReplicatedPartitions' },
    ]);
    const lines = (await ask(server.metricsPort, '/metrics'))[1].split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'flotilla_operator_reconcile_seconds_count{outcome="acted"} 1',
        'flotilla_operator_api_calls_total{verb="patch",code="409"} 1',
        'flotilla_operator_waiting{task="resize",reason="WaitingForExternalDns"} 1',
        'flotilla_operator_stuck_since_seconds{psc="orders",task="resize",reason="WaitingForExternalDns"} 1000',
        'flotilla_operator_stuck_since_seconds{psc="orders",task="roll",reason="UnderReplicatedPartitions"} 2000',
        'flotilla_operator_queue_depth{state="running"} 2',
        'flotilla_operator_is_leader 1',
      ]),
    );
    metrics.waits('orders', []);
    expect((await ask(server.metricsPort, '/metrics'))[1]).not.toContain('psc="orders"');
  });
});

const PORTS = { healthPort: 0, metricsPort: 0 };

function metricsAt(nowMs: number): { readonly metrics: OperatorMetrics; readonly clock: { nowMs: number } } {
  const clock = { nowMs };
  const metrics = operatorMetrics({
    wallMs: () => clock.nowMs,
    queueDepth: () => ({ waiting: 1, running: 2, later: 3 }),
    isLeader: () => true,
    cachedObjects: () => 4,
    pscs: () => [],
  });
  return { metrics, clock };
}

async function ask(port: number, path: string): Promise<readonly [number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}
