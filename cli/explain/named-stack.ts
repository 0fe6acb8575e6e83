import { readFileSync } from 'node:fs';
import type { PriceList } from '../../constructs/cost/monthly-cost.ts';
import { formatProblems } from '../../stacks/config.ts';
import type { StackConfig } from '../../stacks/stack-config.ts';
import { loadConfigs } from '../regions.ts';
import { UserError } from '../user-error.ts';
import { explainStack } from './explain-stack.ts';
import { parsePrices, priceTemplate } from './price-file.ts';
import { quotaReport, quotaReportText } from './quota-report.ts';
import { pricedItemsOf, stackReport } from './stack-report.ts';
import { stackReportText } from './stack-report-text.ts';

export interface NamedStackOptions {
  /** Path of a price file. */
  readonly prices?: string;
  readonly priceTemplate?: true;
  readonly quotas?: true;
  readonly json?: true;
}

/**
 * What `explain <stack>` prints; ends with a line break.
 *
 * @throws UserError with every problem of the stack's config or of the price file
 */
export function explainNamedStack(stack: string, options: NamedStackOptions): string {
  refuseCombinations(options);
  return loadConfigs({ names: [stack], scope: 'named' })
    .map((config) => explainConfig(config, options))
    .join('\n');
}

function explainConfig(config: StackConfig, options: NamedStackOptions): string {
  if (options.priceTemplate === true) {
    return priceTemplate(config.stack, config.budget?.currency ?? 'USD', pricedItemsOf(config));
  }
  if (options.quotas === true) {
    const quotas = quotaReport(config);
    return options.json === true ? json(quotas) : quotaReportText(quotas);
  }
  const report = stackReport(config, options.prices === undefined ? undefined : readPrices(options.prices, config));
  return options.json === true ? json(report) : `${explainStack(config)}\n${stackReportText(report)}`;
}

function refuseCombinations({ prices, priceTemplate: template, quotas, json: asJson }: NamedStackOptions): void {
  const asked = [
    ...(prices === undefined ? [] : ['--prices']),
    ...(template === undefined ? [] : ['--price-template']),
    ...(quotas === undefined ? [] : ['--quotas']),
  ];
  if (asked.length > 1) throw new UserError(`${asked.join(' and ')} were given`, { hint: 'give one of them' });
  if (template === true && asJson === true) {
    throw new UserError('--price-template and --json were given', { hint: 'a template is YAML: leave out --json' });
  }
}

function readPrices(path: string, config: StackConfig): PriceList {
  const parsed = parsePrices(readPriceFile(path), path, pricedItemsOf(config));
  if (!parsed.ok) {
    throw new UserError(`the price file cannot be used\n\n${formatProblems(parsed.problems)}\n`, {
      hint: `mend the lines above; ./flotilla explain ${config.stack} --price-template prints a file to start from`,
    });
  }
  if (parsed.warnings.length > 0) process.stderr.write(`${formatProblems(parsed.warnings)}\n`);
  return parsed.value;
}

function readPriceFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(`--prices: ${path} cannot be read: ${error.message}`, {
      hint: 'name a file; ./flotilla explain <stack> --price-template prints one to start from',
      cause: error,
    });
  }
}

/** By its shape: errors of another realm are no instances of this one's classes. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
