import type { Rule, RuleFinding } from './rule.ts';

const billingAccount: Rule = {
  name: 'budget-billing-account',
  check: ({ file, isUnclear }) => {
    const cloud = file.region?.cloud;
    if (cloud === undefined || file.budget === undefined || isUnclear(['budget', 'billingAccount'])) return [];
    const isNamed = file.budget.billingAccount !== undefined;
    if (cloud === 'gcp' && !isNamed) {
      return [
        {
          path: ['budget', 'billingAccount'],
          value: '',
          message: 'GCP keeps budgets with the billing account, which a project does not tell.',
          suggestion: 'Add billingAccount, as in 000000-AAAAAA-000000.',
        },
      ];
    }
    return cloud !== 'gcp' && isNamed
      ? [
          {
            path: ['budget', 'billingAccount'],
            at: 'key',
            message: `A budget on ${cloud} belongs to the region's own account.`,
            suggestion: 'Take billingAccount out.',
          },
        ]
      : [];
  },
};

const billed: Rule = {
  name: 'budget-billed',
  check: ({ file }): readonly RuleFinding[] =>
    file.region?.cloud === 'local' && file.budget !== undefined
      ? [{ path: ['budget'], at: 'key', message: 'Nobody bills a local region.', suggestion: 'Take budget out.' }]
      : [],
};

/** docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Spend.html (2026-11). */
const currencyOfCloud: Rule = {
  name: 'budget-currency',
  check: ({ file }) =>
    file.region?.cloud === 'aws' && file.budget?.currency !== undefined && file.budget.currency !== 'USD'
      ? [
          {
            path: ['budget', 'currency'],
            message: 'AWS bills in US dollars and takes budgets in them.',
            suggestion: 'Use USD.',
          },
        ]
      : [],
};

export const budgetRules: readonly Rule[] = [billingAccount, billed, currencyOfCloud];
