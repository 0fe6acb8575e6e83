import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainNamedStack } from '../../cli/explain/named-stack.ts';
import { parsePrices, priceTemplate } from '../../cli/explain/price-file.ts';
import { quotaPage } from '../../cli/explain/quota-page.ts';
import { pricedItemsOf, stackReport, type StackReport } from '../../cli/explain/stack-report.ts';
import { stackReportText } from '../../cli/explain/stack-report-text.ts';
import { formatProblems, loadAllStacks, requireParsed } from '../../stacks/config.ts';
import { STACKS, stackConfig } from '../stacks/synthesis-fixture.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const AWS = stackConfig('aws-us-west-2');
const ITEMS = pricedItemsOf(AWS);

describe('the quantities of a stack', () => {
  it.each(STACKS.map((stack) => ({ stack })))('of $stack read as text', ({ stack }) => {
    expect(stackReportText(stackReport(stackConfig(stack)))).toMatchSnapshot();
  });

  it('are the same for machines', () => {
    const report = JSON.parse(explainNamedStack('aws-us-west-2', { json: true })) as StackReport;
    expect(report).toEqual(JSON.parse(JSON.stringify(stackReport(AWS))));
    expect(report.nodes.find(({ ownNodes }) => 'payments' in ownNodes)?.ownNodes).toEqual({
      mothership: 9,
      payments: 15,
    });
    expect(report.totals).toBeUndefined();
  });
});

describe('the cost of a stack', () => {
  const prices = requireParsed(
    parsePrices(
      [
        'currency: USD',
        'prices:',
        '  aws.instance.m7i.4xlarge: 0.5 per hour',
        '  aws.volume.gp3.size: 0.1 per month',
        '  aws.bucket-storage: 0.02 per month',
        '  aws.nat-gateway: 0.05 per hour',
      ].join('\n'),
      'prices.yaml',
      ITEMS,
    ),
  );
  const report = stackReport(AWS, prices);
  const text = stackReportText(report);

  it('is what a person works out by hand, for each tenant', () => {
    const total = (tenant: string) =>
      report.groups.flatMap((group) =>
        group.owner.kind === 'tenant' && group.owner.tenant === tenant && 'total' in group ? [group.total] : [],
      )[0];
    // 15 nodes × 0.5 × 730; volumes 15 × 1,250 + 3 × 64 and boot disks 15 × 64 GiB × 0.1; bucket 177,026 GiB × 0.02.
    expect(total('payments')?.amount).toBeCloseTo(5475 + 1990.2 + 3540.52, 6);
    // Bucket and role; its key is the customer's.
    expect(total('payments')?.unpricedItems).toBe(2);
    expect(text).toMatch(/tenant payments +at least 11,005\.72 +2$/m);
  });

  it('shows shared costs apart, and says what has no price', () => {
    expect(text).toMatch(/aws\.nat-gateway +NAT gateways +3 +gateway +0\.05 per hour +109\.50$/m);
    expect(text).toMatch(/aws\.key +KMS keys +1 +key +no price +not known$/m);
    expect(text).toMatch(/^shared: region, Kubernetes clusters, mothership +at least /m);
    expect(text).not.toMatch(/^the region +[\d,.]+ /m);
  });

  it('has no "at least" once everything has a price', () => {
    const every = {
      currency: 'USD',
      prices: new Map(ITEMS.map(({ key }) => [key, { amount: 1, per: 'month' as const }])),
    };
    expect(stackReportText(stackReport(AWS, every))).not.toContain('at least');
  });
});

describe('a price file', () => {
  const problemsOf = (text: string): string => {
    const result = parsePrices(text, 'prices.yaml', ITEMS);
    return formatProblems(result.ok ? result.warnings : result.problems);
  };

  it('starts from a template that has every key of the stack, is taken as it is, and prices nothing', () => {
    for (const stack of STACKS.filter((name) => name !== 'local')) {
      const items = pricedItemsOf(stackConfig(stack));
      const template = priceTemplate(stack, 'EUR', items);
      for (const { key } of items) expect(template).toContain(`\n  ${key}: # `);
      const taken = parsePrices(template, 'prices.yaml', items);
      expect(taken).toMatchObject({ ok: true, warnings: [], value: { currency: 'EUR' } });
      expect(requireParsed(taken).prices.size).toBe(0);
    }
  });

  it('is told everything that is wrong with it at once, each at its line', () => {
    const text = problemsOf(
      [
        'currency: dollars',
        'prices:',
        '  aws.instance.m7i.4xlarge: 0.8 an hour',
        '  aws.nat-gateway: -1 per hour',
        '  aws.key: 1',
        'tax: 19',
      ].join('\n'),
    );
    expect(text).toMatch(/1:11 +currency = dollars[\s\S]*three capital letters/);
    expect(text).toMatch(/3:\d+ +prices\."aws\.instance\.m7i\.4xlarge" = 0\.8 an hour/);
    expect(text).toMatch(/4:\d+ +prices\."aws\.nat-gateway" = -1 per hour/);
    expect(text).toMatch(/5:\d+ [\s\S]*Write 1 per hour, or per month/);
    expect(text).toMatch(/6:1 +tax/);
  });

  it('may price what other stacks have, and is asked about what looks mistyped', () => {
    const head = 'currency: USD\nprices:\n';
    expect(problemsOf(`${head}  azure.nat-gateway: 1 per hour\n  aws.instance.r8g.8xlarge: 2 per hour\n`)).toBe('');
    expect(problemsOf(`${head}  aws.nat-gatway: 1 per hour\n`)).toMatch(
      /warning[\s\S]*Did you mean aws\.nat-gateway\?/,
    );
  });

  it.each(['', '[]', 'currency: USD', 'prices: {a: [}'])(
    'that is no price file (%j) is refused, not taken for empty',
    (text) => {
      expect(parsePrices(text, 'prices.yaml', ITEMS).ok).toBe(false);
    },
  );
});

describe('what explain is asked for', () => {
  it.each([
    { options: { quotas: true, priceTemplate: true }, says: /--price-template and --quotas were given/ },
    { options: { priceTemplate: true, json: true }, says: /--price-template and --json/ },
    { options: { prices: 'no/such/file.yaml' }, says: /no\/such\/file\.yaml cannot be read/ },
  ] as const)('is refused with what to do: $options', ({ options, says }) => {
    expect(() => explainNamedStack('aws-us-west-2', options)).toThrow(says);
  });
});

describe('docs/quotas.md', () => {
  it('is what the code says', () => {
    const page = quotaPage(requireParsed(loadAllStacks(join(ROOT, 'stacks'))));
    // Again by: node cli/explain/write-quota-page.ts
    expect(readFileSync(join(ROOT, 'docs', 'quotas.md'), 'utf8')).toBe(page);
  });
});
