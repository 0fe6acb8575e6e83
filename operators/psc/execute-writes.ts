import { type StepAttributes, type Steps, UNFOLLOWED } from '../runtime/steps.ts';
import type { AnyWrite, Write } from './plan.ts';
import { ConflictError, RefusedError, TooManyDisruptionsError } from './ports.ts';

/** How far a plan came. */
export interface Execution<W extends AnyWrite = Write> {
  /** `waits`: the disruption budget is used up. */
  readonly end: 'done' | 'conflict' | 'refused' | 'waits' | 'not-leader';
  /** Writes that were carried out. */
  readonly done: number;
  /** What was refused, and what was said. */
  readonly refusal?: { readonly write: W; readonly message: string };
}

export interface Sending<W extends AnyWrite> {
  readonly isLeader: () => boolean;
  readonly send: (write: W) => Promise<void>;
  /** What a write is about, in a span: names only, values may be nobody's business. */
  readonly subjectOf: (write: W) => StepAttributes;
  /** Whether it was decided too long ago. @default - never */
  readonly isTooLate?: (write: W) => boolean;
  /** @default - nobody follows them */
  readonly steps?: Steps;
}

/** Carries writes out in their order, the first that fails ends it. Decides nothing but whether it is too late. */
export async function executeWrites<W extends AnyWrite>(
  writes: readonly W[],
  { isLeader, send, subjectOf, isTooLate = () => false, steps = UNFOLLOWED }: Sending<W>,
): Promise<Execution<W>> {
  let done = 0;
  for (const write of writes) {
    if (!isLeader()) return { end: 'not-leader', done };
    if (isTooLate(write)) return { end: 'conflict', done };
    try {
      await steps.run(`write ${write.kind}`, async (inner) => {
        inner.note(subjectOf(write));
        await send(write);
      });
    } catch (error) {
      if (error instanceof ConflictError) return { end: 'conflict', done };
      if (error instanceof TooManyDisruptionsError) return { end: 'waits', done };
      if (error instanceof RefusedError) return { end: 'refused', done, refusal: { write, message: error.message } };
      throw error;
    }
    done += 1;
  }
  return { end: 'done', done };
}
