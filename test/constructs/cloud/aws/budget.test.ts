import { describe, expect, it } from '@jest/globals';
import { AwsBudget } from '../../../../constructs/cloud/aws/budget.ts';
import type { AwsBudgetArgs } from '../../../../constructs/cloud/aws/budget.ts';
import { recordProgram } from '../recorded-resources.ts';
import { refusalOf } from '../refusal.ts';

const ARGS: AwsBudgetArgs = {
  stack: 'aws-us-west-2',
  region: { cloud: 'aws', name: 'us-west-2', account: '123456789012', tags: { environment: 'production' } },
  budget: {
    monthlyAmount: 42_000,
    currency: 'USD',
    alertEmails: ['a@example.com', 'b@example.com'],
    firstMonth: '2026-12',
  },
};

const withBudget = (changed: Partial<AwsBudgetArgs['budget']>): AwsBudgetArgs => ({
  ...ARGS,
  budget: { ...ARGS.budget, ...changed },
});

describe("a region's budget on AWS", () => {
  it('counts what the month costs of everything with the tag of the stack, and nothing else', async () => {
    const { resources } = await recordProgram(() => new AwsBudget('budget', ARGS));
    expect(resources.get('budget-budget')).toMatchObject({
      type: 'aws:budgets/budget:Budget',
      parentType: 'flotilla:aws:Budget',
      inputs: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        timePeriodStart: '2026-12-01_00:00',
        limitAmount: '42000.00',
        limitUnit: 'USD',
        costFilters: [{ name: 'TagKeyValue', values: ['user:flotilla.dev/stack$aws-us-west-2'] }],
        tags: { 'flotilla.dev/stack': 'aws-us-west-2' },
      },
    });
  });

  it('tells everybody at half, at nine tenths, at all of it, and when the forecast passes it', async () => {
    const { resources } = await recordProgram(() => new AwsBudget('budget', ARGS));
    const { notifications } = resources.get('budget-budget')?.inputs as {
      readonly notifications: readonly Readonly<Record<string, unknown>>[];
    };
    expect(notifications.map((each) => [each['notificationType'], each['threshold']])).toEqual([
      ['ACTUAL', 50],
      ['ACTUAL', 90],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ]);
    for (const each of notifications) {
      expect(each).toMatchObject({
        thresholdType: 'PERCENTAGE',
        comparisonOperator: 'GREATER_THAN',
        subscriberEmailAddresses: ['a@example.com', 'b@example.com'],
      });
    }
  });

  it.each<readonly [string, Partial<AwsBudgetArgs['budget']>, string]>([
    ['nothing', { monthlyAmount: 0 }, 'budget.monthlyAmount'],
    ['no number', { monthlyAmount: Number.NaN }, 'budget.monthlyAmount'],
    ['another currency', { currency: 'EUR' }, 'budget.currency'],
    ['nobody to tell', { alertEmails: [] }, 'budget.alertEmails'],
    [
      'too many to tell',
      { alertEmails: Array.from({ length: 11 }, (_, n) => `${n}@example.com`) },
      'budget.alertEmails',
    ],
    ['a month that is none', { firstMonth: '2026-13' }, 'budget.firstMonth'],
  ])('refuses %s before anything is made', async (_what, changed, path) => {
    const refused = await refusalOf(() => new AwsBudget('budget', withBudget(changed)));
    expect(refused).toMatchObject({ paths: [path], registered: [] });
  });
});
