import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** Permission for named objects to violate one rule until a date. */
export interface Exemption {
  readonly rule: string;
  readonly object: {
    readonly kind: string;
    /** Glob; absent for kinds of the whole cluster. */
    readonly namespace?: string;
    /** Glob. */
    readonly name: string;
  };
  /** Who answers for it. */
  readonly owner: string;
  readonly reason: string;
  /** Last day in force, as YYYY-MM-DD. */
  readonly expires: string;
  readonly file: string;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** One thing wrong with the exemptions file. */
export interface ExemptionProblem {
  /** Path in the document, as in `exemptions[2].expires`. */
  readonly path: string;
  readonly line: number;
  readonly value: string;
  readonly problem: string;
}

/** The exemptions file is malformed; has every problem at once. */
export class InvalidExemptionsError extends Error {
  readonly file: string;
  readonly problems: readonly ExemptionProblem[];

  constructor(file: string, problems: readonly ExemptionProblem[]) {
    const lines = problems.map(
      ({ path, line, value, problem }) => `  ${file}:${line} ${path}: ${problem} (found ${value})`,
    );
    super(`${file} has ${problems.length === 1 ? 'an error' : `${problems.length} errors`}:\n${lines.join('\n')}`);
    this.name = 'InvalidExemptionsError';
    this.file = file;
    this.problems = problems;
  }
}

/**
 * Reads the text of an exemptions file.
 * @throws InvalidExemptionsError with every problem: unknown rules and fields, missing owners, dates that are none, globs that cover everything.
 */
export function parseExemptions(text: string, file: string, ruleIds: ReadonlySet<string>): readonly Exemption[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      path: '(document)',
      line: lineCounter.linePos(pos[0]).line,
      value: 'malformed YAML',
      problem: message,
    }));
    throw new InvalidExemptionsError(file, problems);
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as { readonly range?: readonly [number] } | undefined;
      if (node?.range !== undefined) return lineCounter.linePos(node.range[0]).line;
    }
    return 1;
  };
  const content: unknown = document.toJS();
  const parsed = exemptionsSchema(ruleIds).safeParse(content ?? { exemptions: [] });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({
      path: pathText(path),
      line: lineOf(path),
      value: valueText(content, path),
      problem: message,
    }));
    throw new InvalidExemptionsError(file, problems);
  }
  return parsed.data.exemptions.map(({ object: { kind, namespace, name }, ...exemption }, index) => ({
    ...exemption,
    object: { kind, ...(namespace === undefined ? {} : { namespace }), name },
    file,
    line: lineOf(['exemptions', index]),
  }));
}

/** Whether a name matches a glob whose only special character is `*`. */
export function globMatches(glob: string, name: string): boolean {
  return new RegExp(globPattern(glob)).test(name);
}

/** The glob as an anchored regular expression that RE2 and JavaScript read alike. */
export function globPattern(glob: string): string {
  return `^${glob
    .split('*')
    .map((literal) => literal.replace(/[.:]/g, '[$&]'))
    .join('.*')}$`;
}

const LITERAL_CHARACTERS_MIN = 3;

function exemptionsSchema(ruleIds: ReadonlySet<string>) {
  const glob = z
    .string()
    .regex(/^[a-z0-9.:*-]+$/i, 'must be a Kubernetes name, in which * stands for any characters')
    .refine((text) => text.replaceAll('*', '').length >= LITERAL_CHARACTERS_MIN, {
      message: `must have at least ${LITERAL_CHARACTERS_MIN} characters beside *, so that it does not cover everything`,
    });
  const exemption = z.strictObject({
    rule: z.string().refine((rule) => ruleIds.has(rule), { message: 'must be the id of a rule: see docs/policies.md' }),
    object: z.strictObject({
      kind: z.string().regex(/^[A-Z][A-Za-z0-9]+$/, 'must be a kind, as in Deployment'),
      namespace: glob.optional(),
      name: glob,
    }),
    owner: z.string().trim().min(LITERAL_CHARACTERS_MIN, 'must name who answers for the exemption'),
    reason: z
      .string()
      .trim()
      .min(REASON_LENGTH_MIN, `must give the reason in at least ${REASON_LENGTH_MIN} characters`),
    expires: z.iso.date('must be a date, as in 2027-03-31, in quotes or bare'),
  });
  return z.strictObject({ exemptions: z.array(exemption) });
}

const REASON_LENGTH_MIN = 20;

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? '(document)' : text.replace(/^\./, '');
}

function valueText(content: unknown, path: readonly PropertyKey[]): string {
  let value = content;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return 'nothing';
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
