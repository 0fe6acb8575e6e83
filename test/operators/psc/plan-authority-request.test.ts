import { describe, expect, test } from '@jest/globals';
import { checkPlan } from '../../../operators/psc/check-plan.ts';
import type { ObservedIssuer, ObservedRequest, Offer } from '../../../operators/psc/credentials/authority-issuer.ts';
import { withRenewal } from '../../../operators/psc/credentials/authority-issuer.ts';
import type { HeldCertificates } from '../../../operators/psc/credentials/held-certificates.ts';
import { DAY_MS } from '../../../operators/psc/credentials/validity.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import { planPsc } from '../../../operators/psc/plan-psc.ts';
import { omit } from '../../../operators/runtime/omit.ts';
import { examplePsc } from '../../support/example-psc.ts';
import { edited, HOLDER, NOW_MS, OPTIONS, runningCluster } from './observed-cluster.ts';

const ISSUER = { name: 'company', kind: 'ClusterIssuer' } as const;
const THERE: ObservedRequest = { state: 'there', isIssuing: false };
const OTHER: Offer = { state: 'other', mark: 'next' };
const CURRENT: Offer = { state: 'current' };

describe('an authority from an issuer', () => {
  test.each(['absent', 'different'] as const)('is asked for where the request is %s', (state) => {
    const plan = planPsc(clusterOf({ issuer: { request: { state }, offer: { state: 'none' } } }), OPTIONS);
    expect(plan.writes).toMatchObject([
      {
        kind: 'request-authority',
        request: {
          kind: 'Certificate',
          metadata: { namespace: 'flotilla-system', name: 'orders-ca' },
          spec: {
            isCA: true,
            secretName: 'orders-ca-issued',
            privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
            issuerRef: { ...ISSUER, group: 'cert-manager.io' },
          },
        },
      },
    ]);
  });

  test.each<[string, ObservedIssuer, string]>([
    ['is refused', { request: { ...THERE, trouble: 'not signed' }, offer: CURRENT }, 'not signed'],
    ['is unfit', { request: THERE, offer: { state: 'unfit', reason: 'holds no key' } }, 'holds no key'],
    ['cannot be asked for', { request: { state: 'unavailable', reason: 'not there' }, offer: CURRENT }, 'not there'],
  ])(
    'that %s changes nothing of a cluster that runs, which says so and looks again in half a minute',
    (_, issuer, words) => {
      const plan = planPsc(clusterOf({ issuer }), OPTIONS);
      expect(plan.writes).toEqual([]);
      expect(plan.waits).toMatchObject([{ reason: 'WaitingForCredentials' }]);
      expect(plan.waits[0]?.message).toContain(words);
      expect(plan.lookAgainMs).toBe(30_000);
      expect(plan.conditions.find(({ type }) => type === 'flotilla.dev/ClusterResizing')?.status).toBe('False');
    },
  );

  test('takes the place of the one before it, exactly as it was found', () => {
    for (const maker of ['operator', 'issuer'] as const) {
      const plan = planPsc(clusterOf({ issuer: { request: THERE, offer: OTHER }, maker }), OPTIONS);
      expect(plan.writes).toMatchObject([
        { kind: 'rotate-authority', rotation: { step: 'replace', mark: 'mark', offer: 'next' } },
        { kind: 'event', reason: 'AuthorityReplaced' },
      ]);
    }
  });

  test('waits for the end of a former one, and the judge sees to it', () => {
    const cluster = clusterOf({ issuer: { request: THERE, offer: OTHER }, former: { endMs: NOW_MS + 300 * DAY_MS } });
    const plan = planPsc(cluster, OPTIONS);
    expect(plan.writes).toEqual([]);
    expect(plan.waits).toEqual([]);
    const rotation = { step: 'replace', mark: 'mark', offer: 'next' } as const;
    expect(checkPlan({ ...plan, writes: [{ kind: 'rotate-authority', rotation }] }, cluster, HOLDER)).toEqual([
      'an authority is replaced while the one before it is still trusted',
    ]);
  });

  test('is renewed by its issuer when it is old, and not by the operator', () => {
    const issuer = { request: THERE, offer: CURRENT };
    expect(planPsc(clusterOf({ issuer, endMs: NOW_MS + DAY_MS }), OPTIONS).writes).toEqual([]);
  });

  test('is asked for once more for a wish of a person, once for each', () => {
    const asked = (request: ObservedRequest): readonly string[] =>
      planPsc(wishing(clusterOf({ issuer: { request, offer: CURRENT } }), NOW_MS - 60_000), OPTIONS).writes.map(
        ({ kind }) => kind,
      );
    expect(asked(THERE)).toEqual(['renew-authority']);
    expect(asked({ ...THERE, askedAtMs: NOW_MS - DAY_MS })).toEqual(['renew-authority']);
    expect(asked({ ...THERE, askedAtMs: NOW_MS - 50_000, trouble: 'refused' })).toEqual([]);
    expect(asked({ ...THERE, isIssuing: true })).toEqual([]);
  });

  test('gives way to one that the operator makes when the spec names no issuer any longer', () => {
    const cluster = clusterOf({ maker: 'issuer' });
    const kafka = omit(cluster.psc.spec.kafka ?? {}, 'authorityIssuer' as never);
    const plan = planPsc(edited(cluster, { kafka } as Partial<Observed['psc']['spec']>), OPTIONS);
    expect(plan.writes[0]).toEqual({ kind: 'rotate-authority', rotation: { step: 'replace', mark: 'mark' } });
  });

  test('stays where nobody has looked at its issuer', () => {
    expect(planPsc(clusterOf({ maker: 'issuer' }), OPTIONS).writes).toEqual([]);
  });

  test('is awaited before anything is issued', () => {
    const issuer: ObservedIssuer = { request: THERE, offer: { state: 'none' } };
    const cluster = { ...clusterOf({}), credentials: { state: 'awaited', reason: 'not issued yet', issuer } } as const;
    expect(planPsc(cluster, OPTIONS).writes).toEqual([]);
  });

  test('is wished for anew beside all else that is said of the Certificate', () => {
    const ready = { type: 'Ready', status: 'True' };
    const stored = {
      metadata: { generation: 3 },
      status: { conditions: [ready, { type: 'Issuing', status: 'False' }] },
    };
    expect(withRenewal(stored, NOW_MS)).toEqual([
      ready,
      expect.objectContaining({ type: 'Issuing', status: 'True', observedGeneration: 3 }),
    ]);
  });
});

function clusterOf({
  issuer,
  former,
  maker = 'issuer',
  endMs = NOW_MS + 3000 * DAY_MS,
}: {
  readonly issuer?: ObservedIssuer;
  readonly former?: HeldCertificates['former'];
  readonly maker?: HeldCertificates['authority']['maker'];
  readonly endMs?: number;
}): Observed {
  const cluster = runningCluster(examplePsc('aws', { name: 'orders' }));
  const names = cluster.pods.map(({ name }) => name);
  const leaf = (name: string) => ({ fingerprint: name, madeAtMs: NOW_MS - DAY_MS, endMs: NOW_MS + 60 * DAY_MS });
  const certificates: HeldCertificates = {
    mark: 'mark',
    authority: { madeAtMs: NOW_MS - 2 * DAY_MS, endMs, maker },
    ...(former === undefined ? {} : { former }),
    pods: new Map(names.map((name) => [name, leaf(name)])),
  };
  const { kafka } = cluster.psc.spec;
  if (kafka === undefined) throw new Error('the example is no Kafka cluster');
  const psc = { ...cluster.psc, spec: { ...cluster.psc.spec, kafka: { ...kafka, authorityIssuer: ISSUER } } };
  return {
    ...cluster,
    psc,
    credentials: { state: 'whole', certificates, ...(issuer === undefined ? {} : { issuer }) },
    shown: new Map(names.map((name) => [name, leaf(name)])),
  };
}

function wishing(cluster: Observed, atMs: number): Observed {
  return edited(cluster, { maintenance: { authorityRequestedAt: new Date(atMs).toISOString() } });
}
