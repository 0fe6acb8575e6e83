import { describe, expect, test } from '@jest/globals';
import { explainPlan } from '../../../cli/psc/explain-plan.ts';
import { explanationText } from '../../../cli/psc/explanation-text.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { ANNOTATIONS } from '../../../contracts/labels.ts';
import { NOW_MS, OPTIONS, runningCluster } from '../../operators/psc/observed-cluster.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';
import { examplePsc } from '../../support/example-psc.ts';

const { dataPlane } = OPTIONS;

describe('what the operator does next', () => {
  test('is nothing for a cluster that is as it shall be', () => {
    const explanation = explainPlan(runningCluster(examplePsc('aws')), dataPlane);
    expect(explanation).toMatchObject({ name: 'orders', waits: [], steps: [], ahead: [] });
    expect(explanation.pods.map(({ state, roll }) => `${state} ${roll}`)).toEqual(Array(6).fill('InSync no'));
    const text = explanationText(explanation, [], NOW_MS);
    expect(text).toMatch(/nothing is to be done/);
    expect(text).not.toMatch(/runbooks/);
    expect(text).toMatch(/flotilla\.dev\/Ready +True +AllBrokersInSync/);
  });

  test('is to add brokers where the spec has more, and the text says where and what is waited for', () => {
    const observed = changedTo(runningCluster(examplePsc('aws')), examplePsc('aws', { brokers: 6 }));
    const explanation = explainPlan(observed, dataPlane);
    expect(explanation.ahead).toEqual(['add kafka-3 (us-west-2a), kafka-4 (us-west-2b), kafka-5 (us-west-2c)']);
    expect(explanation.waits.map(({ task, reason }) => `${task} ${reason}`)).toEqual(['resize WaitingForExternalDns']);
    expect(explanation.steps.some((step) => step.startsWith('make Service/psc-orders/kafka-3-external'))).toBe(true);
    expect(explanation.steps.some((step) => step.includes('PersistentVolumeClaim'))).toBe(false);
    expect(explanationText(explanation, ['a note'], NOW_MS)).toMatch(
      /waits for\n {2}resize: WaitingForExternalDns\n.*\n\nrunbooks\n {2}docs\/runbooks\/WaitingForExternalDns\.md\n\nthe next pass\n {2}1\. [^]*after it\n {2}add kafka-3[^]*taken for granted\n {2}a note/,
    );
  });

  test('is to replace pods whose template has changed, brokers and controllers apart', () => {
    const psc = examplePsc('aws');
    const rolled = { ...psc, spec: { ...psc.spec, maintenance: { rollRequestedAt: '2026-01-01T00:00:00Z' } } };
    const { ahead, pods } = explainPlan(changedTo(runningCluster(psc), rolled), dataPlane);
    expect(pods.map(({ roll }) => roll)).toEqual(Array(6).fill('yes'));
    expect(ahead).toEqual([
      expect.stringMatching(/^replace controller-0 .*, one at a time$/),
      expect.stringMatching(/^replace kafka-0 .*, zone by zone$/),
    ]);
  });

  test('is nothing where the PSC is to be left alone, or asks for what cannot be', () => {
    const observed = runningCluster(examplePsc('aws'));
    const annotations = { [ANNOTATIONS.ignore]: 'true' };
    const ignored = { ...observed, psc: { ...observed.psc, metadata: { ...observed.psc.metadata, annotations } } };
    expect(explainPlan(ignored, dataPlane).refusal).toMatch(/flotilla\.dev\/ignore/);
    const elsewhere = changedTo(observed, examplePsc('aws', { spec: { region: 'us-east-1' } }));
    const explanation = explainPlan(elsewhere, dataPlane);
    expect(explanation.refusal).toMatch(/spec\.region/);
    expect(explanationText(explanation, [], NOW_MS)).toMatch(/nothing is planned: .*us-east-1/s);
  });

  test('is not guessed for a cluster that nobody outside may ask', () => {
    const observed = runningCluster(examplePsc('aws'));
    const { spec } = exampleConnectPsc('aws');
    const connect = { ...observed, psc: { ...observed.psc, spec, metadata: { ...observed.psc.metadata } } };
    expect(explainPlan(connect, dataPlane)).toMatchObject({ steps: [], refusal: expect.stringMatching(/Connect/) });
  });

  test('tells since when the stored status has said what is waited for', () => {
    const observed = changedTo(runningCluster(examplePsc('aws')), examplePsc('aws', { brokers: 6 }));
    const said = {
      type: 'flotilla.dev/ClusterResizing',
      status: 'True' as const,
      reason: 'WaitingForExternalDns',
      message: 'another message',
      lastTransitionTime: '2025-12-31T23:50:00Z',
    };
    const psc = { ...observed.psc, status: { ...observed.psc.status, conditions: [said] } };
    const { waits } = explainPlan({ ...observed, psc }, dataPlane);
    expect(waits[0]?.since).toBe('2025-12-31T23:50:00Z');
    expect(explanationText(explainPlan({ ...observed, psc }, dataPlane), [], NOW_MS)).toMatch(/\(10m\)/);
  });
});

function changedTo(observed: Observed, { spec }: ReturnType<typeof examplePsc>): Observed {
  const metadata = { ...observed.psc.metadata, generation: 2 };
  return { ...observed, psc: { ...observed.psc, metadata, spec } };
}
