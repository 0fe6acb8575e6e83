import type { ChildProcess } from 'node:child_process';
import { createConnection } from 'node:net';

/** What went wrong according to a log, and how it ends. */
export function excerpt(log: string): string {
  const lines = log.split('\n');
  const complaints = lines.filter((line) => / (WARN|ERROR|FATAL) |Exception|^\s+at /.test(line));
  return [...complaints.slice(-60), '…', ...lines.slice(-10)].join('\n');
}

export function hasEnded(child: ChildProcess | undefined): boolean {
  return child?.exitCode !== null || child.signalCode !== null;
}

/** Whether somebody listens there. */
export async function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      finish(true);
    });
    socket.once('error', () => {
      finish(false);
    });
  });
}
