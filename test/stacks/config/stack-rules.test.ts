import { describe, expect, test } from '@jest/globals';
import { STACK_RULES } from '../../../stacks/config/rules.ts';
import { BASE, BASE_KEY as KEY, TODAY, problemsOf, replaced } from './base-stack.ts';
import { CLOUD_ROWS } from './cloud-rows.ts';
import { PLACE_ROWS } from './place-rows.ts';
import { PLATFORM_ROWS } from './platform-rows.ts';
import { STRUCTURE_ROWS } from './structure-rows.ts';
import { TENANT_ROWS } from './tenant-rows.ts';

/** One row and more for each rule; each breaks that rule. */
const ROWS = [...STRUCTURE_ROWS, ...PLACE_ROWS, ...PLATFORM_ROWS, ...TENANT_ROWS, ...CLOUD_ROWS];

describe('a stack file', () => {
  test('without mistakes has no problems', () => {
    expect(problemsOf(BASE)).toEqual([]);
  });

  test('may name a collector of spans', () => {
    const version = "version: '1.36'";
    const traced = replaced(BASE, version, `${version}\n      tracesTo: http://collector.tracing.svc:4318`);
    expect(problemsOf(traced)).toEqual([]);
  });

  test.each(ROWS)('with $what breaks the rule $rule', ({ rule, from, to, paths, suggestion, stack, today }) => {
    const text = replaced(BASE, from, to);
    const found = problemsOf(text, { ...(stack && { stack }), today: today ?? TODAY }).filter(
      (problem) => problem.rule === rule,
    );
    expect(found.map(({ path }) => path)).toEqual(paths);
    if (suggestion !== undefined) expect(found[0]?.suggestion).toMatch(suggestion);
    for (const { line, excerpt, message } of found) {
      expect(text.split('\n')[line - 1]).toBe(excerpt);
      expect(message).toMatch(/^[A-Za-z0-9].*\.$|Source: /);
    }
  });

  test('breaks every rule in some row, so that none is untested', () => {
    const rowless = STACK_RULES.map(({ name }) => name).filter((name) => !ROWS.some(({ rule }) => rule === name));
    // Rules of single clouds have tests of their own below.
    expect(rowless).toEqual(['address-range-reserved', 'private-link-on-a-cloud', 'local-memory', 'budget-billed']);
  });
});

describe('rules of single clouds', () => {
  const azure = [
    ['cloud: aws', 'cloud: azure'],
    ['    name: us-west-2\n', '    name: westeurope\n'],
    ['us-west-2a, us-west-2b, us-west-2c', 'westeurope-1, westeurope-2, westeurope-3'],
    ['addressRange: 10.0.0.0/16', 'addressRange: 172.30.0.0/16'],
  ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);

  test('a network on azure stays clear of what AKS keeps', () => {
    const found = problemsOf(azure, { stack: 'azure-westeurope' }).filter(
      ({ rule }) => rule === 'address-range-reserved',
    );
    expect(found.map(({ path }) => path)).toEqual(['flotilla:region.addressRange']);
    expect(found[0]?.suggestion).toBe('10.0.0.0/16 is free.');
  });

  test('a global key on gcp is refused, for data in a region takes a key of that region', () => {
    const gcp = [
      ['cloud: aws', 'cloud: gcp'],
      ['    name: us-west-2\n', '    name: us-central1\n'],
      [KEY, 'projects/acme-keys/locations/global/keyRings/a/cryptoKeys/b'],
    ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);
    const found = problemsOf(gcp, { stack: 'gcp-us-central1' }).filter(({ rule }) => rule === 'customer-key');
    expect(found.map(({ suggestion }) => suggestion)).toEqual(['Use a key in us-central1.']);
  });

  test('a key on azure without a version is refused, for disks start from one', () => {
    const azure = [
      ['cloud: aws', 'cloud: azure'],
      ['    name: us-west-2\n', '    name: westeurope\n'],
      [KEY, 'https://acme.vault.azure.net/keys/payments'],
    ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);
    const found = problemsOf(azure, { stack: 'azure-westeurope' }).filter(({ rule }) => rule === 'customer-key');
    expect(found.map(({ suggestion }) => suggestion)).toEqual([
      'A key on azure is https://<vault>.vault.azure.net/keys/<key>/<version>.',
    ]);
  });

  const local = [
    ['cloud: aws', 'cloud: local'],
    ['    name: us-west-2\n', '    name: local\n'],
    ['us-west-2a, us-west-2b, us-west-2c', 'local-a, local-b, local-c'],
    ["'1.36'", "'1.34'"],
  ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);

  test('a budget on gcp names its billing account', () => {
    const gcp = [
      ['cloud: aws', 'cloud: gcp'],
      [
        '  flotilla:tenants:\n',
        "  flotilla:budget: { monthlyAmount: 9, currency: EUR, alertEmails: [a@b.example], firstMonth: '2026-12' }\n  flotilla:tenants:\n",
      ],
    ].reduce((text, [from = '', to = '']) => replaced(text, from, to), BASE);
    const found = (text: string) =>
      problemsOf(text, { stack: 'gcp-us-central1' }).filter(({ rule }) => rule.startsWith('budget'));
    expect(found(gcp)).toMatchObject([{ rule: 'budget-billing-account', path: 'flotilla:budget.billingAccount' }]);
    expect(found(replaced(gcp, "'2026-12' }", "'2026-12', billingAccount: 012345-6789AB-CDEF01 }"))).toEqual([]);
  });

  test('nobody bills a local region, and it has no private links', () => {
    const text = [
      ['    hosted: true\n', '    hosted: true\n    privateLink: { loadBalancer: a, consumers: [b] }\n'],
      [
        '  flotilla:tenants:\n',
        "  flotilla:budget: { monthlyAmount: 9, currency: EUR, alertEmails: [a@b.example], firstMonth: '2026-12' }\n  flotilla:tenants:\n",
      ],
    ].reduce((so, [from = '', to = '']) => replaced(so, from, to), local);
    const rules = problemsOf(text, { stack: 'local' }).map(({ rule }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['private-link-on-a-cloud', 'budget-billed']));
  });

  test('a local region has no customer keys and no more Kafka clusters than its memory holds', () => {
    const rules = problemsOf(local, { stack: 'local' }).map(({ rule }) => rule);
    expect(rules).toContain('customer-key');
    expect(rules).toContain('local-memory');
  });
});

test('a version near the end of its support is a warning, after it an error', () => {
  const text = replaced(BASE, "'1.36'", "'1.34'");
  const severities = ['2026-09-01', '2026-11-22', '2026-12-02', '2026-12-03'].map(
    (today) => problemsOf(text, { today }).find(({ rule }) => rule === 'kubernetes-version-supported')?.severity,
  );
  expect(severities).toEqual([undefined, 'warning', 'warning', 'error']);
});

test('a control plane that is written wrongly is not called missing as well', () => {
  const mistyped = replaced(BASE, '  flotilla:controlPlane:', '  flotilla:controlplane:');
  expect(problemsOf(mistyped).map(({ rule }) => rule)).toEqual(['unknown-key']);
});
