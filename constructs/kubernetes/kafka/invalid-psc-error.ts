/** One thing wrong with a PSC: where, what it says, what it must be and what to do. */
export interface PscViolation {
  /** Path in the PSC, as in `spec.kafka.config["log.dirs"]`. */
  readonly field: string;
  readonly value: string;
  readonly rule: string;
  readonly remedy: string;
}

/** A PSC that cannot be rendered for this data plane; names every violation at once. */
export class InvalidPscError extends Error {
  readonly psc: string;
  readonly violations: readonly PscViolation[];

  constructor(psc: string, violations: readonly PscViolation[]) {
    const lines = violations.map(({ field, value, rule, remedy }) => `  ${field} is ${value}: ${rule}. ${remedy}.`);
    super([`PSC ${psc} cannot be rendered:`, ...lines].join('\n'));
    this.name = 'InvalidPscError';
    this.psc = psc;
    this.violations = violations;
  }
}

/** The error of a PSC that a construct of another kind was given. `called`: its kind, in words. */
export function otherKindError(psc: string, kind: 'kafka' | 'connect' | 'ksqldb', called: string): InvalidPscError {
  return new InvalidPscError(psc, [
    {
      field: `spec.${kind}`,
      value: 'absent',
      rule: `only ${called} clusters are rendered here`,
      remedy: `Set spec.${kind}, or render the PSC with the construct of its own kind`,
    },
  ]);
}
