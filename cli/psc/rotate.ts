import type { MaintenanceSpec } from '../../contracts/gen/psc-types.ts';
import type { StoredPsc } from '../../operators/psc/observed.ts';
import { UserError } from '../user-error.ts';

/** What of a PSC's credentials a person can ask to be others. */
export const ROTATED = ['certificates', 'authority', 'passwords'] as const;
export type Rotated = (typeof ROTATED)[number];

/** @throws UserError naming what there is */
export function parseRotated(text: string): Rotated {
  const known = ROTATED.find((each) => each === text);
  if (known === undefined) {
    throw new UserError(`there is no ${text} to rotate`, { hint: `choose one of ${ROTATED.join(', ')}` });
  }
  return known;
}

/**
 * The wish, as `spec.maintenance` has it.
 *
 * @param how `again`: also while a former authority is still trusted, which it is no longer then
 * @throws UserError where it would take from clients what they may still lean on, or there is nothing of the kind
 */
export function rotationWish(
  psc: StoredPsc,
  what: Rotated,
  how: 'once' | 'again',
  nowMs: number,
): Pick<MaintenanceSpec, 'certificatesRequestedAt' | 'authorityRequestedAt' | 'passwordsRequestedAt'> {
  if (what !== 'passwords' && psc.spec.kafka === undefined) {
    throw new UserError(`${psc.metadata.name} has no ${what} of its own`, {
      hint: 'its pods trust the authority of the Kafka that they use: rotate those of that PSC',
    });
  }
  const time = new Date(nowMs).toISOString();
  if (what === 'certificates') return { certificatesRequestedAt: time };
  if (what === 'passwords') return { passwordsRequestedAt: time };
  const until = psc.status?.certificates?.formerAuthorityUntil;
  if (until !== undefined && how === 'once') {
    throw new UserError(
      `${psc.metadata.name} has a new authority already, and the former one is trusted until ${until}`,
      {
        hint: 'with --again clients that have not taken the new ca.crt are refused from now on',
      },
    );
  }
  return { authorityRequestedAt: time };
}

/** What happens now, for people. */
export function rotationText({ metadata: { name }, spec }: StoredPsc, what: Rotated): string {
  switch (what) {
    case 'certificates':
      return `${name}: all pods get other certificates, and show them within minutes; follow it with ./flotilla psc explain ${name}\n`;
    case 'authority':
      return `${name}: another authority issues all certificates; clients are to take the new ca.crt from the Secret kafka-ca by the time that ./flotilla psc get ${name} says\n`;
    case 'passwords':
      if (spec.kafka === undefined) {
        return `${name}: its user gets another password once all pods are well; they are replaced one by one for it, and the one before it goes when no pod has it any more, in 15 minutes or later; follow it with ./flotilla psc get ${name}\n`;
      }
      return `${name}: the platform's users get other passwords once all pods are well; those before them let in for 15 minutes more; follow it with ./flotilla psc explain ${name}\n`;
  }
}
