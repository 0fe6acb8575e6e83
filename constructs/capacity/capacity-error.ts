/** A request for capacity that no cluster can meet: which field, which value, which rule, and what to do instead. */
export class CapacityError extends Error {
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
  readonly hint: string;

  constructor(problem: {
    readonly field: string;
    readonly value: unknown;
    readonly rule: string;
    readonly hint: string;
  }) {
    super(`${problem.field}: ${shown(problem.value)} is refused: ${problem.rule}`);
    this.name = 'CapacityError';
    this.field = problem.field;
    this.value = problem.value;
    this.rule = problem.rule;
    this.hint = problem.hint;
  }
}

/** JSON has no word for what is not a number. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
