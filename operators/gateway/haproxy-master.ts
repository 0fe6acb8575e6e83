import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** HAProxy's master process, which starts new workers when it is told to. */
export interface HaproxyMaster {
  /** Resolves when new workers have taken the listeners over, or when HAProxy has refused the files and goes on as before. */
  readonly reload: (signal: AbortSignal) => Promise<'loaded' | 'refused'>;
}

/** The master does not answer: it has not started yet, or has ended. */
export class HaproxyMasterError extends Error {
  override readonly name = 'HaproxyMasterError';
}

/** The master behind a Unix socket (`haproxy -W -S <socket>`), from HAProxy 2.5 on, which counts failed reloads. */
export function haproxyMaster(socket: string): HaproxyMaster {
  return {
    reload: async (signal) => {
      const before = await masterState(socket);
      await ask(socket, 'reload');
      const deadlineMs = performance.now() + RELOAD_MAX_MS;
      for (;;) {
        // The master starts itself anew with the new files, and does not answer meanwhile.
        const now = await masterState(socket).catch(() => undefined);
        if (now !== undefined && now.reloads > before.reloads) return now.failed > 0 ? 'refused' : 'loaded';
        if (performance.now() > deadlineMs) {
          throw new HaproxyMasterError(`HAProxy did not reload within ${RELOAD_MAX_MS / 1000} s`);
        }
        await delay(RELOAD_POLL_MS, undefined, { signal });
      }
    },
  };
}

export interface MasterState {
  /** How often the master has started itself anew. */
  readonly reloads: number;
  /** Reloads that failed since the last one that did not. */
  readonly failed: number;
}

/** The master's line of `show proc`. @throws HaproxyMasterError when there is none */
export function parseMasterState(text: string): MasterState {
  const found = /^\d+\s+master\s+(\d+)\s+\[failed:\s*(\d+)\]/m.exec(text);
  if (found === null)
    throw new HaproxyMasterError(`HAProxy's master says what is not understood: ${text.slice(0, 500)}`);
  return { reloads: Number(found[1]), failed: Number(found[2]) };
}

const RELOAD_MAX_MS = 20_000;
const RELOAD_POLL_MS = 50;
const ANSWER_MAX_MS = 5_000;
const ANSWER_MAX_LENGTH = 256 * 1024;

async function masterState(socket: string): Promise<MasterState> {
  return parseMasterState(await ask(socket, 'show proc'));
}

async function ask(path: string, command: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    let text = '';
    const fail = (why: string): void => {
      socket.destroy();
      reject(new HaproxyMasterError(`HAProxy's master at ${path}: ${why}`));
    };
    const socket = connect(path);
    socket.setEncoding('utf8').setTimeout(ANSWER_MAX_MS);
    // The master answers when it has read the end of what it is asked.
    socket.end(`${command}\n`);
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > ANSWER_MAX_LENGTH) fail('an answer without an end');
    });
    socket.on('timeout', () => {
      fail(`no answer to "${command}" within ${ANSWER_MAX_MS / 1000} s`);
    });
    socket.on('error', (error) => {
      fail(error.message);
    });
    socket.on('close', () => {
      resolve(text);
    });
  });
}
