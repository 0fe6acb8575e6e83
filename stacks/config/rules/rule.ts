import type { Draft } from '../draft.ts';
import type { Finding, Path } from '../problem.ts';

/** What a rule finds; paths start at a field of the config, as in `['tenants', 2, 'ckus']`. */
export type RuleFinding = Omit<Finding, 'rule'>;

export interface RuleContext {
  /** ISO date that versions are held against. */
  readonly today: string;
}

/** One demand on one stack. */
export interface Rule {
  readonly name: string;
  readonly check: (draft: Draft, context: RuleContext) => readonly RuleFinding[];
}

/** A finding in one stack; `also` names the other stacks that are part of it. */
export interface FleetFinding extends RuleFinding {
  readonly stack: string;
  readonly also: readonly string[];
}

/** One demand on all stacks together. */
export interface FleetRule {
  readonly name: string;
  readonly check: (drafts: readonly Draft[]) => readonly FleetFinding[];
}

/** A suggestion as an optional field. */
export function suggest(suggestion: string | undefined): { readonly suggestion?: string } {
  return suggestion === undefined ? {} : { suggestion };
}

export interface Named {
  readonly name: string;
  readonly path: Path;
}

/** Each that has the name of one before it, with that one. */
export function repeated<Item extends Named>(items: Iterable<Item>): readonly (readonly [Item, Item])[] {
  const first = new Map<string, Item>();
  const found: (readonly [Item, Item])[] = [];
  for (const item of items) {
    const before = first.get(item.name);
    if (before === undefined) first.set(item.name, item);
    else found.push([item, before]);
  }
  return found;
}
