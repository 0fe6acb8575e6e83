import { describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONDITION_REASONS } from '../../contracts/conditions.ts';
import {
  BALANCING_CALLS,
  type Call,
  READY_CALLS,
  RUNBOOK_REASONS,
  runbookOf,
  STALLED_CALLS,
  TIERING_CALLS,
  WAIT_CALLS,
} from '../../contracts/runbooks.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'runbooks');
const SECTIONS = ['What it means', 'What clients see', 'What to look at', 'What to do', 'When it is over'];
/** Of alerts that speak of no PSC. */
const OTHERS = ['NobodyLeads', 'PassesFail', 'README'];

describe('runbooks', () => {
  it('are there for every reason that a person may be called for, and for nothing else', async () => {
    const pages = (await readdir(FOLDER)).map((file) => file.replace(/\.md$/, ''));
    expect(pages.sort()).toEqual([...RUNBOOK_REASONS, ...OTHERS].sort());
  });

  it.each([...RUNBOOK_REASONS, 'NobodyLeads', 'PassesFail'])(
    'say of %s what it means and what to do',
    async (reason) => {
      const text = await readFile(join(FOLDER, `${reason}.md`), 'utf8');
      expect(text).toMatch(new RegExp(`^# ${reason}\n\n\\S`));
      expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(SECTIONS);
      for (const part of text.split(/^## .+$/m)) expect(part.trim().length).toBeGreaterThan(5);
    },
  );

  it.each([
    [
      'flotilla.dev/Rolling',
      ['ClusterNotRolling', 'RollingBrokers', 'RollingControllers', 'RollingPods', 'RollStopped', 'CredentialsLost'],
    ],
    ['flotilla.dev/ClusterResizing', ['ClusterNotResizing', 'AddingBrokers', 'CredentialsLost']],
  ] as const)('are called for every gate that can hold %s up', (type, others) => {
    const gates = CONDITION_REASONS[type].filter((reason) => !(others as readonly string[]).includes(reason));
    expect(Object.keys(WAIT_CALLS)).toEqual(expect.arrayContaining(gates));
  });

  it('are listed in one table with when a person is called', async () => {
    const text = await readFile(join(FOLDER, 'README.md'), 'utf8');
    const rows = [...text.matchAll(/^\| \[(\w+)\]\(\1\.md\) .*\| ([^|]+?) +\|$/gm)];
    const listed = Object.fromEntries(rows.map(([, reason = '', called = '']) => [reason, called]));
    const others = { NobodyLeads: 'page after 5 min', PassesFail: 'ticket after 15 min' };
    expect(listed).toEqual({
      ...Object.fromEntries(RUNBOOK_REASONS.map((reason) => [reason, calledFor(reason)])),
      ...others,
    });
  });

  it('are named by the reason', () => {
    expect(runbookOf('VolumeLost')).toBe('docs/runbooks/VolumeLost.md');
    expect(runbookOf('AllBrokersInSync')).toBeUndefined();
  });
});

/** As the table has it: the conditions that share a reason may differ. */
function calledFor(reason: string): string {
  const tables: readonly Readonly<Record<string, Call>>[] = [
    STALLED_CALLS,
    READY_CALLS,
    WAIT_CALLS,
    BALANCING_CALLS,
    TIERING_CALLS,
  ];
  const calls = tables.flatMap((table) => table[reason] ?? []);
  return [...new Set(calls.map(({ urgency, afterMinutes }) => `${urgency} after ${duration(afterMinutes)}`))].join(
    ', ',
  );
}

function duration(minutes: number): string {
  if (minutes % (24 * 60) === 0) return `${minutes / (24 * 60)} d`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
