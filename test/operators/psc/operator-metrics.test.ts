import { describe, expect, test } from '@jest/globals';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { operatorMetrics, type OperatorMetrics } from '../../../operators/psc/operator-metrics.ts';
import { examplePsc } from '../../support/example-psc.ts';

describe('the metric of certificates', () => {
  test('says when they end, of PSCs that have some', async () => {
    const certificates = { authorityEnds: '2036-01-01T00:00:00Z', firstPodEnds: '2026-04-01T00:00:00Z' } as const;
    const metrics = metricsOf(() => [
      examplePsc('local', { name: 'new' }),
      { ...examplePsc('aws'), status: { certificates } },
    ]);
    const lines = (await metrics.text()).split('\n').filter((line) => line.includes('expiry_seconds{'));
    expect(lines).toEqual([
      `flotilla_operator_certificate_expiry_seconds{psc="orders",kind="authority"} ${Date.UTC(2036, 0, 1) / 1000}`,
      `flotilla_operator_certificate_expiry_seconds{psc="orders",kind="pod"} ${Date.UTC(2026, 3, 1) / 1000}`,
    ]);
  });
});

describe('the metric of passwords', () => {
  test('says when they were made, where that is known', async () => {
    const passwords = { madeAt: '2026-04-01T00:00:00Z' } as const;
    const metrics = metricsOf(() => [
      examplePsc('local', { name: 'new' }),
      { ...examplePsc('aws'), status: { passwords } },
    ]);
    const lines = (await metrics.text()).split('\n').filter((line) => line.includes('passwords_made_seconds{'));
    expect(lines).toEqual([`flotilla_operator_passwords_made_seconds{psc="orders"} ${Date.UTC(2026, 3, 1) / 1000}`]);
  });
});

describe('the metric of conditions', () => {
  const stalled = {
    type: 'Stalled',
    status: 'True',
    reason: 'VolumeLost',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as const;
  const psc: PhysicalStatefulCluster = { ...examplePsc('aws'), status: { conditions: [stalled] } };
  let pscs: readonly PhysicalStatefulCluster[] = [examplePsc('local', { name: 'new' }), psc];
  const metrics = metricsOf(() => pscs);

  test('says what each of them says now, and nothing of what is not there any more', async () => {
    const series = 'flotilla_operator_condition{psc="orders",type="Stalled",status="True",reason="VolumeLost"} 1';
    expect(await metrics.text()).toContain(series);
    pscs = [];
    expect(await metrics.text()).not.toContain('flotilla_operator_condition{');
  });
});

function metricsOf(pscs: () => readonly PhysicalStatefulCluster[]): OperatorMetrics {
  return operatorMetrics({
    wallMs: () => 0,
    queueDepth: () => ({ waiting: 0, running: 0, later: 0 }),
    isLeader: () => true,
    cachedObjects: () => 0,
    pscs,
  });
}
