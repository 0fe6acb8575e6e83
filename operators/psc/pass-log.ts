import type { ReconcileResult } from './reconcile.ts';

/** What passes have to say, each thing once: a wait when it begins and when it ends, a failure when it is another than before. */
export interface PassLog {
  readonly ended: (psc: string, result: ReconcileResult) => void;
  readonly failed: (psc: string, error: unknown) => void;
}

export function passLog(log: (line: string) => void): PassLog {
  const last = new Map<string, string>();
  const say = (psc: string, key: string, line: string): void => {
    if (last.get(psc) === key) return;
    last.set(psc, key);
    log(`${psc}: ${line}`);
  };
  return {
    ended: (psc, { outcome, waits }) => {
      if (outcome === 'gone') {
        if (last.delete(psc)) log(`${psc}: is gone`);
        return;
      }
      if (outcome === 'conflict') return;
      // Messages count as they go; what is waited for is what matters.
      const key = waits.map(({ task, reason }) => `${task} ${reason}`).join();
      if (waits.length > 0) {
        const lines = waits.map(({ task, reason, message }) => `${task} waits (${reason}): ${message}`);
        say(psc, key, lines.join('; '));
      } else if (outcome === 'refused') say(psc, 'refused', 'a write was refused: see its condition Stalled');
      else if (outcome === 'at-rest') say(psc, 'at-rest', 'is as it shall be');
      else if (outcome === 'acted' && last.get(psc) !== 'at-rest') last.set(psc, 'acted');
    },
    failed: (psc, error) => {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      say(psc, `failed ${message}`, `the pass failed and is tried again: ${message}`);
    },
  };
}
