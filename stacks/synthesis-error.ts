/** One thing that the config asks for and its region or outputs do not have. */
export interface SynthesisProblem {
  /** Path in the stack's config, as in `tenants[orders].ckus`. */
  readonly field: string;
  readonly value: string;
  readonly rule: string;
  readonly hint: string;
}

/** A config that is valid by itself and cannot be synthesized; names every problem of what was being made. */
export class SynthesisError extends Error {
  readonly stackName: string;
  readonly problems: readonly SynthesisProblem[];

  constructor(stackName: string, problems: readonly SynthesisProblem[]) {
    const lines = problems.map(({ field, value, rule, hint }) => `  ${field} is ${value}: ${rule}. ${hint}.`);
    super([`stack ${stackName} cannot be synthesized:`, ...lines].join('\n'));
    this.name = 'SynthesisError';
    this.stackName = stackName;
    this.problems = problems;
  }
}
