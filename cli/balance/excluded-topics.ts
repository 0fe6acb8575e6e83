import { schemaAt } from '../../contracts/psc-crd.ts';
import { UserError } from '../user-error.ts';

/** What the contract takes, asked before anything is written: the API server would name the pattern and not what it means. */
const ALLOWED = new RegExp(schemaAt('spec', 'maintenance', 'excludedTopics').items?.pattern ?? '');

/** @throws UserError naming what is neither the name of a topic nor the beginning of one with an asterisk */
export function checkExcludedTopics(topics: readonly string[]): void {
  const wrong = topics.filter((topic) => !ALLOWED.test(topic));
  if (wrong.length === 0) return;
  throw new UserError(`no topic can be called ${wrong.map((topic) => JSON.stringify(topic)).join(' or ')}`, {
    hint: "give names of topics, or the beginning of names with one asterisk after it, in quotes: 'metrics-*'; names have up to 249 letters, digits, dots, dashes and underscores",
  });
}
