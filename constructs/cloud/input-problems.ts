import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';

/** One thing wrong with a component's arguments. */
export interface InputProblem {
  /** Path in the arguments, as in `tenant.name`. */
  readonly propertyPath: string;
  /** Value, rule and what to do. */
  readonly reason: string;
}

/**
 * Refuses arguments before anything is registered; returns when there are no problems.
 *
 * @throws InputPropertyError for one problem, InputPropertiesError for several
 */
export function refuseProblems(component: string, problems: readonly InputProblem[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  // The engine shows the path of an error that it was sent; from a program of our own only the text reaches people.
  const text = ({ propertyPath, reason }: InputProblem) => `${propertyPath}: ${reason}`;
  if (others.length === 0) {
    throw new InputPropertyError({ propertyPath: first.propertyPath, reason: `${component}: ${text(first)}` });
  }
  throw new InputPropertiesError({
    message: [`${component} cannot be made:`, ...problems.map((problem) => `  ${text(problem)}`)].join('\n'),
    errors: [...problems],
  });
}

/** The problem of a name that is no DNS label or too long; none where it is well. */
export function nameProblem(path: string, name: string, maxLength: number): readonly InputProblem[] {
  return problemUnless(
    name.length <= maxLength && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name),
    path,
    name,
    `use at most ${maxLength} small letters, digits and dashes, with a letter first and no dash last`,
  );
}

/** The problem of a value that breaks a rule; none where the rule holds. */
export function problemUnless(
  holds: unknown,
  propertyPath: string,
  value: string | undefined,
  rule: string,
): readonly InputProblem[] {
  if (holds === true) return [];
  return [{ propertyPath, reason: `${value === undefined ? 'absent' : JSON.stringify(value)} is refused: ${rule}` }];
}
