import { describe, expect, it } from '@jest/globals';
import { dropRules, rateLimitArgs, refuseRules } from '../../../local/faults/links.ts';

describe('rules of broken links', () => {
  it('drop what comes in at one end, but let neighbors find each other: else a sender is told of the failure', () => {
    const rules = dropRules('eth0', 'cut-link');
    expect(rules).toMatch(/hook ingress device "eth0"/);
    expect(rules).toMatch(/meta protocol \{ ip, ip6 \} drop/);
    expect(rules).not.toMatch(/^\s*drop/m);
  });

  it('can be made twice, and one reason can be undone without the other', () => {
    const table = /^delete table netdev (\S+)$/m;
    expect(table.exec(dropRules('eth0', 'cut-link'))?.[1]).toBe('flotilla_cut_link');
    expect(table.exec(dropRules('eth0', 'zone-down'))?.[1]).toBe('flotilla_zone_down');
  });

  it('refuse connections to the pods of a dead node before any policy could drop them in silence', () => {
    const rules = refuseRules('10.88.1.0/24');
    expect(rules).toMatch(/ip daddr 10\.88\.1\.0\/24 meta l4proto tcp reject with tcp reset/);
    expect(Number(/priority (-?\d+)/.exec(rules)?.[1])).toBeLessThan(0);
  });

  it.each([
    { megabitsPerSecond: 0.1, rate: '100kbit', burst: '32768b' },
    { megabitsPerSecond: 8, rate: '8000kbit', burst: '32768b' },
    // 10 ms of it.
    { megabitsPerSecond: 1000, rate: '1000000kbit', burst: '1250000b' },
  ])('bound a link to $megabitsPerSecond Mbit/s', ({ megabitsPerSecond, rate, burst }) => {
    const args = rateLimitArgs('node1', megabitsPerSecond).join(' ');
    expect(args).toContain(`dev node1 root tbf rate ${rate} burst ${burst} `);
  });
});
