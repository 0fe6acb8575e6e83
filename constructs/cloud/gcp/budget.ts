import { ComponentResource } from '@pulumi/pulumi';
import type { ComponentResourceOptions, Output } from '@pulumi/pulumi';
import { Budget } from '@pulumi/gcp/billing/budget.js';
import { NotificationChannel } from '@pulumi/gcp/monitoring/notificationChannel.js';
import { budgetArgsProblems, type BudgetLimits } from '../budget-problems.ts';
import { problemUnless, refuseProblems } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { BudgetArgs, RegionPlace } from '../region-args.ts';
import { GCP_LABELS, regionLabels } from './region-labels.ts';
import { regionProblems } from './region-problems.ts';

export interface GcpBudgetArgs {
  /** Name of the region's stack. */
  readonly stack: string;
  readonly region: RegionPlace;
  /** With a billing account, whose costs who runs Pulumi may manage (`roles/billing.costsManager`). */
  readonly budget: BudgetArgs;
}

/**
 * Tells people what a region costs, before the month is over. It counts what has the label of the stack; the little that
 * GCP gives no labels (Cloud NAT, logs) is not in it.
 *
 * @throws InputPropertyError or InputPropertiesError when the arguments are wrong, before anything is registered
 */
export class GcpBudget extends ComponentResource {
  readonly budgetId: Output<string>;

  constructor(name: string, args: GcpBudgetArgs, options: ComponentResourceOptions = {}) {
    refuseProblems(`budget ${name}`, [...regionProblems(args), ...budgetProblems(args.budget)]);
    super('flotilla:gcp:Budget', name, {}, options);

    const { stack, region, budget } = args;
    const channels = budget.alertEmails.map(
      (email) =>
        new NotificationChannel(
          `${name}-${email}`,
          {
            project: region.account,
            type: 'email',
            displayName: `Budget of ${stack}`,
            labels: { email_address: email },
            userLabels: regionLabels(args),
          },
          { parent: this },
        ),
    );
    const made = new Budget(
      `${name}-budget`,
      {
        billingAccount: budget.billingAccount ?? '',
        displayName: `flotilla ${stack}`,
        amount: { specifiedAmount: { currencyCode: budget.currency, ...money(budget.monthlyAmount) } },
        budgetFilter: { calendarPeriod: 'MONTH', labels: { [GCP_LABELS.stack]: stack } },
        thresholdRules: [...ALERTS],
        allUpdatesRule: {
          monitoringNotificationChannels: channels.map(({ id }) => id),
          disableDefaultIamRecipients: true,
        },
      },
      { parent: this },
    );

    this.budgetId = made.id;
    this.registerOutputs({ budgetId: this.budgetId });
  }
}

/** Shares of the month's amount: what was spent, and what will be at this pace. */
const ALERTS = [
  { spendBasis: 'CURRENT_SPEND', thresholdPercent: 0.5 },
  { spendBasis: 'CURRENT_SPEND', thresholdPercent: 0.9 },
  { spendBasis: 'CURRENT_SPEND', thresholdPercent: 1 },
  { spendBasis: 'FORECASTED_SPEND', thresholdPercent: 1 },
] as const;

/** GCP's form of an amount, to the cent. */
function money(amount: number): { readonly units: string; readonly nanos: number } {
  const cents = Math.round(amount * 100);
  return { units: String(Math.floor(cents / 100)), nanos: (cents % 100) * 10_000_000 };
}

/** Everything that is wrong with a budget on GCP. */
export function budgetProblems(budget: BudgetArgs): readonly InputProblem[] {
  const { billingAccount } = budget;
  return [
    ...budgetArgsProblems(budget, LIMITS),
    ...problemUnless(
      billingAccount !== undefined && /^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/.test(billingAccount),
      'budget.billingAccount',
      billingAccount,
      'gcp keeps budgets with the billing account: name it, as in 000000-AAAAAA-000000',
    ),
  ];
}

const LIMITS: BudgetLimits = {
  currency: /^[A-Z]{3}$/,
  currencyRule: "use the billing account's currency, as in USD",
  // cloud.google.com/billing/docs/how-to/budgets-notification-recipients
  maxEmails: 5,
  roomOf: 'a budget of GCP',
};
