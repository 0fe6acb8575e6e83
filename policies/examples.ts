import { EXAMPLE_PARAMETERS, type Example, type Rule, type RuleParameters } from './rule.ts';
import { RULES } from './rules/index.ts';
import type { ImageLock, LockedImage } from '../contracts/images.ts';
import { IMAGE_NAMES } from '../contracts/images.ts';

/** One example of one rule, with the verdict of that rule. */
export interface RuleExample extends Example {
  readonly rule: Rule;
  readonly verdict: 'pass' | 'fail';
}

/** Every example of every rule: the table that synth and the API server must judge alike. */
export function allExamples(): readonly RuleExample[] {
  return RULES.flatMap((rule) => [
    ...rule.examples.passing.map((example) => ({ ...example, rule, verdict: 'pass' as const })),
    ...rule.examples.failing.map((example) => ({ ...example, rule, verdict: 'fail' as const })),
  ]);
}

/** Parameters that the examples are judged with: one locked image, a recipe, that only an example about recipes uses. */
export const EXAMPLE_RULE_PARAMETERS: RuleParameters = { ...EXAMPLE_PARAMETERS, images: exampleLock() };

function exampleLock(): ImageLock {
  const image: LockedImage = {
    repository: 'registry.example.com/flotilla/kafka',
    tag: '4.3.1',
    digest: `sha256:${'e'.repeat(64)}`,
    provenance: 'recipe',
  };
  return Object.fromEntries(IMAGE_NAMES.map((name) => [name, image])) as ImageLock;
}
