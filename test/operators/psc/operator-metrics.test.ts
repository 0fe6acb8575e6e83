import { describe, expect, test } from '@jest/globals';
import type { PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { operatorMetrics } from '../../../operators/psc/operator-metrics.ts';
import { examplePsc } from '../../support/example-psc.ts';

describe('the metric of conditions', () => {
  const stalled = {
    type: 'Stalled',
    status: 'True',
    reason: 'VolumeLost',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  } as const;
  const psc: PhysicalStatefulCluster = { ...examplePsc('aws'), status: { conditions: [stalled] } };
  let pscs: readonly PhysicalStatefulCluster[] = [examplePsc('local', { name: 'new' }), psc];
  const metrics = operatorMetrics({
    wallMs: () => 0,
    queueDepth: () => ({ waiting: 0, running: 0, later: 0 }),
    isLeader: () => true,
    cachedObjects: () => 0,
    pscs: () => pscs,
  });

  test('says what each of them says now, and nothing of what is not there any more', async () => {
    const series = 'flotilla_operator_condition{psc="orders",type="Stalled",status="True",reason="VolumeLost"} 1';
    expect(await metrics.text()).toContain(series);
    pscs = [];
    expect(await metrics.text()).not.toContain('flotilla_operator_condition{');
  });
});
