import { describe, expect, it } from '@jest/globals';
import { GcpBudget } from '../../../../constructs/cloud/gcp/budget.ts';
import type { GcpBudgetArgs } from '../../../../constructs/cloud/gcp/budget.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS } from './gcp-region.ts';

const BUDGET: GcpBudgetArgs['budget'] = {
  monthlyAmount: 12_000.5,
  currency: 'EUR',
  alertEmails: ['platform@example.com', 'finance@example.com'],
  firstMonth: '2026-12',
  billingAccount: '000000-AAAAAA-000000',
};

async function made(changed: Partial<GcpBudgetArgs['budget']> = {}) {
  const { resources } = await recordProgram(
    () => new GcpBudget('costs', { ...GCP_PLACE, budget: { ...BUDGET, ...changed } }),
  );
  return resources;
}

describe("a region's budget on GCP", () => {
  it("counts a month of what has the region's label, in the billing account's currency", async () => {
    expect((await made()).get('costs-budget')?.inputs).toMatchObject({
      billingAccount: '000000-AAAAAA-000000',
      amount: { specifiedAmount: { currencyCode: 'EUR', units: '12000', nanos: 500_000_000 } },
      budgetFilter: { calendarPeriod: 'MONTH', labels: { 'flotilla-stack': 'gcp-us-central1' } },
    });
  });

  it.each([
    [0.01, '0', 10_000_000],
    [1.999, '2', 0],
    [19.99, '19', 990_000_000],
  ])('says %p to the cent', async (monthlyAmount, units, nanos) => {
    expect((await made({ monthlyAmount })).get('costs-budget')?.inputs).toMatchObject({
      amount: { specifiedAmount: { units, nanos } },
    });
  });

  it('tells each address at half, nine tenths and all of it, and when the forecast passes it', async () => {
    const resources = await made();
    expect(resources.get('costs-platform@example.com')?.inputs).toMatchObject({
      type: 'email',
      labels: { email_address: 'platform@example.com' },
      userLabels: GCP_REGION_LABELS,
    });
    expect(resources.get('costs-budget')?.inputs).toMatchObject({
      thresholdRules: [
        { spendBasis: 'CURRENT_SPEND', thresholdPercent: 0.5 },
        { spendBasis: 'CURRENT_SPEND', thresholdPercent: 0.9 },
        { spendBasis: 'CURRENT_SPEND', thresholdPercent: 1 },
        { spendBasis: 'FORECASTED_SPEND', thresholdPercent: 1 },
      ],
      allUpdatesRule: {
        monitoringNotificationChannels: ['costs-platform@example.com-id', 'costs-finance@example.com-id'],
      },
    });
  });

  it('leaves the channels of others alone when an address is added in front', async () => {
    const before = await made();
    const after = await made({ alertEmails: ['new@example.com', ...BUDGET.alertEmails] });
    for (const email of BUDGET.alertEmails) expect(after.get(`costs-${email}`)).toEqual(before.get(`costs-${email}`));
  });

  it.each([
    ['no billing account', { billingAccount: undefined }, ['budget.billingAccount']],
    ['a billing account of another form', { billingAccount: '012345' }, ['budget.billingAccount']],
    ['nothing', { monthlyAmount: 0 }, ['budget.monthlyAmount']],
    ['a sign for a currency', { currency: '$' }, ['budget.currency']],
    ['nobody to tell', { alertEmails: [] }, ['budget.alertEmails']],
    [
      'more to tell than there is room for',
      { alertEmails: ['a', 'b', 'c', 'd', 'e', 'f'].map((who) => `${who}@example.com`) },
      ['budget.alertEmails'],
    ],
    ['an address twice', { alertEmails: ['a@example.com', 'a@example.com'] }, ['budget.alertEmails[1]']],
    ['no address', { alertEmails: ['platform'] }, ['budget.alertEmails[0]']],
  ])('refuses %s', async (_what, changed, paths) => {
    const { billingAccount, ...rest } = { ...BUDGET, ...changed };
    const budget = billingAccount === undefined ? rest : { ...rest, billingAccount };
    await expectRefusal(() => new GcpBudget('costs', { ...GCP_PLACE, budget }), paths);
  });
});
