import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Budget } from '@pulumi/azure-native/consumption/budget.js';
import { budgetArgsProblems, type BudgetLimits } from '../budget-problems.ts';
import { refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { BudgetArgs, RegionPlace } from '../region-args.ts';
import { regionProblems } from './region-problems.ts';

export interface AzureBudgetArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly budget: BudgetArgs;
}

/**
 * Tells people what a region costs, before the month is over. It counts what has the tag of the stack, nodes too, for AKS
 * hands a cluster's tags on to them. The amount is in the currency that the subscription is billed in, whatever
 * `currency` says; a budget has no tags.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AzureBudget extends ComponentResource {
  readonly id: Output<string>;

  constructor(name: string, args: AzureBudgetArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`budget ${name}`, budgetProblems(args));
    super('flotilla:azure:Budget', name, {}, options);

    const { stack, region, budget } = args;
    const made = new Budget(
      `${name}-budget`,
      {
        // Found again by it after a lost state.
        budgetName: `flotilla-${stack}`,
        scope: `/subscriptions/${region.account}`,
        category: 'Cost',
        timeGrain: 'Monthly',
        amount: budget.monthlyAmount,
        timePeriod: { startDate: `${budget.firstMonth}-01T00:00:00Z` },
        filter: { tags: { name: 'flotilla-stack', operator: 'In', values: [stack] } },
        notifications: Object.fromEntries(
          ALERTS.map(({ when, ...alert }) => [
            when,
            { ...alert, enabled: true, operator: 'GreaterThan', contactEmails: [...budget.alertEmails] },
          ]),
        ),
      },
      { parent: this },
    );

    this.id = made.id;
    this.registerOutputs({ id: this.id });
  }
}

/** Percent of the month's amount: what was spent, and what will be at this pace. A budget has room for five. */
const ALERTS = [
  { when: 'half', thresholdType: 'Actual', threshold: 50 },
  { when: 'nine-tenths', thresholdType: 'Actual', threshold: 90 },
  { when: 'all', thresholdType: 'Actual', threshold: 100 },
  { when: 'all-expected', thresholdType: 'Forecasted', threshold: 100 },
] as const;

/** Everything that is wrong with the arguments of a budget on Azure. */
export function budgetProblems(args: AzureBudgetArgs): readonly InputProblem[] {
  return [...regionProblems(args), ...budgetArgsProblems(args.budget, LIMITS)];
}

const LIMITS: BudgetLimits = {
  currency: /^[A-Z]{3}$/,
  currencyRule: 'a currency is written as in USD',
  // learn.microsoft.com/rest/api/consumption/budgets/create-or-update
  maxEmails: 50,
  roomOf: 'a notification of Azure',
};
