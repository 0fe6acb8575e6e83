import { problemUnless } from './input-problems.ts';
import type { InputProblem } from './input-problems.ts';
import type { BudgetArgs } from './region-args.ts';

/** What a cloud takes for a budget. */
export interface BudgetLimits {
  readonly currency: RegExp;
  /** What is asked for where the currency is another. */
  readonly currencyRule: string;
  readonly maxEmails: number;
  /** What has room for so many, as in `a budget of GCP`. */
  readonly roomOf: string;
}

/** Everything that is wrong with a budget by itself, whatever the cloud. */
export function budgetArgsProblems(budget: BudgetArgs, limits: BudgetLimits): readonly InputProblem[] {
  const { monthlyAmount, currency, alertEmails, firstMonth } = budget;
  return [
    ...problemUnless(
      Number.isFinite(monthlyAmount) && monthlyAmount >= LEAST_AMOUNT,
      'budget.monthlyAmount',
      String(monthlyAmount),
      'a month costs more than nothing',
    ),
    ...problemUnless(limits.currency.test(currency), 'budget.currency', currency, limits.currencyRule),
    ...problemUnless(
      alertEmails.length > 0 && alertEmails.length <= limits.maxEmails,
      'budget.alertEmails',
      String(alertEmails.length),
      `name from 1 to ${limits.maxEmails} addresses, as many as ${limits.roomOf} has room for`,
    ),
    ...alertEmails.flatMap((email, index) =>
      problemUnless(
        alertEmails.indexOf(email) === index && /^[^@\s]+@[^@\s]+$/.test(email),
        `budget.alertEmails[${index}]`,
        email,
        'use an address of e-mail that stands here once',
      ),
    ),
    ...problemUnless(
      /^\d{4}-(0[1-9]|1[0-2])$/.test(firstMonth),
      'budget.firstMonth',
      firstMonth,
      'a month is written as in 2026-12',
    ),
  ];
}

/** A cent. */
const LEAST_AMOUNT = 0.01;
