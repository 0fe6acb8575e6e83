import { describe, expect, test } from '@jest/globals';
import { parseRotated, rotationText, rotationWish } from '../../../cli/psc/rotate.ts';
import { pscDetail } from '../../../cli/psc/psc-table.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';
import { exampleConnectPsc } from '../../support/example-clients.ts';
import { examplePsc } from '../../support/example-psc.ts';

const NOW_MS = Date.UTC(2026, 10, 30);
const UNTIL = '2027-05-01T00:00:00Z';

describe('a rotation that is asked for', () => {
  test('is a wish with the time of the moment', () => {
    const time = new Date(NOW_MS).toISOString();
    expect(rotationWish(pscWith({}), 'certificates', 'once', NOW_MS)).toEqual({ certificatesRequestedAt: time });
    expect(rotationWish(pscWith({}), 'authority', 'once', NOW_MS)).toEqual({ authorityRequestedAt: time });
  });

  test('of an authority that is being replaced takes the former one from clients, which has to be said', () => {
    const rotating = pscWith({ formerAuthorityUntil: UNTIL });
    expect(() => rotationWish(rotating, 'authority', 'once', NOW_MS)).toThrow(`trusted until ${UNTIL}`);
    expect(rotationWish(rotating, 'authority', 'again', NOW_MS)).toHaveProperty('authorityRequestedAt');
    expect(rotationWish(rotating, 'certificates', 'once', NOW_MS)).toHaveProperty('certificatesRequestedAt');
  });

  test('of passwords is one beside those of certificates', () => {
    const time = new Date(NOW_MS).toISOString();
    expect(rotationWish(pscWith({}), 'passwords', 'once', NOW_MS)).toEqual({ passwordsRequestedAt: time });
    expect(rotationText(pscWith({}), 'passwords')).toContain('those before them let in for 15 minutes more');
    const rotating = { ...pscWith({}), status: { passwords: { madeAt: time, formerUntil: UNTIL } } };
    expect(pscDetail(rotating, NOW_MS)).toContain(`those before them let in until ${UNTIL}`);
  });

  test('of the password of a Connect cluster says that pods are replaced, which have no certificates of their own', () => {
    const { metadata, ...example } = exampleConnectPsc('local');
    const connect = { ...example, metadata: { ...metadata, uid: 'uid', resourceVersion: '1', generation: 1 } };
    expect(rotationWish(connect, 'passwords', 'once', NOW_MS)).toHaveProperty('passwordsRequestedAt');
    expect(rotationText(connect, 'passwords')).toContain('they are replaced one by one for it');
    const rotating = { ...connect, status: { passwords: { madeAt: UNTIL, formerUntil: UNTIL } } };
    expect(pscDetail(rotating, NOW_MS)).toContain('the one before it lets in until no pod has it');
    expect(() => rotationWish(connect, 'authority', 'once', NOW_MS)).toThrow('has no authority of its own');
  });

  test('of anything else is refused', () => {
    expect(() => parseRotated('disks')).toThrow('there is no disks to rotate');
    expect(parseRotated('authority')).toBe('authority');
  });

  test('says what clients have to do', () => {
    expect(rotationText(pscWith({}), 'authority')).toContain('clients are to take the new ca.crt');
    expect(pscDetail(pscWith({ formerAuthorityUntil: UNTIL }), NOW_MS)).toContain(
      `the authority before it is trusted until ${UNTIL}: clients need the new ca.crt by then`,
    );
  });
});

function pscWith(certificates: NonNullable<StoredPsc['status']>['certificates']): StoredPsc {
  const example = examplePsc('local');
  const status = certificates === undefined ? {} : { certificates };
  return { ...example, status, metadata: { ...example.metadata, uid: 'uid', resourceVersion: '1', generation: 1 } };
}
