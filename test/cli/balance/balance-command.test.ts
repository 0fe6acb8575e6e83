import { describe, expect, jest, test } from '@jest/globals';
import { runFlotilla } from '../../support/run-flotilla.ts';

/** Each test starts the command, which a loaded machine takes its time for. */
jest.setTimeout(60_000);

describe('flotilla balance', () => {
  test('says how topics are excluded', async () => {
    const { code, out } = await runFlotilla(['balance', 'exclude', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/exclude \[options\] <cluster> <topics\.\.\.>/);
    expect(out).toMatch(/--undo/);
  });

  test('refuses what is no topic before it asks for a cluster', async () => {
    const { code, err } = await runFlotilla(['balance', 'exclude', 'demo', 'audit', 'a*b', '--kubeconfig', '/nowhere']);
    expect(code).toBe(2);
    expect(err).toContain('no topic can be called "a*b"');
    expect(err).toMatch(/what to do: give names of topics, or the beginning of names with one asterisk after it/);
  });
});
