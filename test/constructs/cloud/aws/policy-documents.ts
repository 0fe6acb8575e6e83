import type { RecordedResource } from '../recorded-resources.ts';

/** A statement of a recorded policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Statements of the policy that a recorded resource keeps under `property`. */
export function statementsOf(resource: RecordedResource | undefined, property = 'policy'): readonly Statement[] {
  const text = resource?.inputs[property];
  if (typeof text !== 'string') throw new Error(`${resource?.name ?? 'no resource'} has no policy in ${property}`);
  return (JSON.parse(text) as { readonly Statement: readonly Statement[] }).Statement;
}

/** The one statement of that name. */
export function statement(statements: readonly Statement[], sid: string): Statement {
  const [found, ...others] = statements.filter(({ Sid }) => Sid === sid);
  if (found === undefined || others.length > 0) throw new Error(`${others.length + 1} statements are named ${sid}`);
  return found;
}

/** All actions that statements allow, each once. */
export function allowedActions(statements: readonly Statement[]): readonly string[] {
  const allowed = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
  return [...new Set(allowed)].sort();
}
