import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Budget } from '@pulumi/aws/budgets/budget.js';
import { LABELS } from '../../../contracts/labels.ts';
import { budgetArgsProblems, type BudgetLimits } from '../budget-problems.ts';
import { refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { BudgetArgs, RegionPlace } from '../region-args.ts';
import { regionTags } from '../region-tags.ts';
import { regionProblems } from './region-problems.ts';

export interface AwsBudgetArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  readonly budget: BudgetArgs;
}

/**
 * Tells people what a region costs, before the month is over. It counts what has the tag of the stack, which the account
 * that pays has to activate as a cost allocation tag once: that cannot be done before the tag has been seen on a bill, so
 * no stack can do it (docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html).
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class AwsBudget extends ComponentResource {
  readonly arn: Output<string>;

  constructor(name: string, args: AwsBudgetArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`budget ${name}`, budgetProblems(args));
    super('flotilla:aws:Budget', name, {}, options);

    const { stack, budget } = args;
    const made = new Budget(
      `${name}-budget`,
      {
        // Found again by it after a lost state: names of budgets are their account's.
        name: `flotilla-${stack}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        timePeriodStart: `${budget.firstMonth}-01_00:00`,
        limitAmount: budget.monthlyAmount.toFixed(2),
        limitUnit: budget.currency,
        costFilters: [{ name: 'TagKeyValue', values: [`user:${LABELS.stack}$${stack}`] }],
        notifications: ALERTS.map((alert) => ({
          ...alert,
          comparisonOperator: 'GREATER_THAN',
          thresholdType: 'PERCENTAGE',
          subscriberEmailAddresses: [...budget.alertEmails],
        })),
        tags: regionTags(args, `${stack}-budget`),
      },
      { parent: this },
    );

    this.arn = made.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Percent of the month's amount: what was spent, and what will be at this pace. */
const ALERTS = [
  { notificationType: 'ACTUAL', threshold: 50 },
  { notificationType: 'ACTUAL', threshold: 90 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const;

/** Everything that is wrong with the arguments of a budget on AWS. */
export function budgetProblems(args: AwsBudgetArgs): readonly InputProblem[] {
  return [...regionProblems(args), ...budgetArgsProblems(args.budget, LIMITS)];
}

const LIMITS: BudgetLimits = {
  currency: /^USD$/,
  currencyRule: 'AWS takes budgets in USD',
  // docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html
  maxEmails: 10,
  roomOf: 'a notification of AWS',
};
