import type { Exemption } from '../exemptions.ts';
import { globPattern } from '../exemptions.ts';
import { EXEMPTION_CHECKS, type Finding, type PolicyReport } from '../report/policy-report.ts';
import type { ObjectReference } from './cluster-index.ts';

/** Exemptions in force by rule, which remembers those that covered something. */
export class ExemptionBook {
  readonly #entries: readonly BookEntry[];
  readonly #byRule = new Map<string, BookEntry[]>();
  readonly #today: string;

  /** @param today as YYYY-MM-DD */
  constructor(exemptions: readonly Exemption[], today: string) {
    this.#today = today;
    this.#entries = exemptions.map((exemption) => ({
      exemption,
      name: new RegExp(globPattern(exemption.object.name)),
      namespace:
        exemption.object.namespace === undefined ? undefined : new RegExp(globPattern(exemption.object.namespace)),
      used: false,
    }));
    for (const entry of this.#entries) {
      if (this.#isExpired(entry)) continue;
      const { rule } = entry.exemption;
      this.#byRule.set(rule, [...(this.#byRule.get(rule) ?? []), entry]);
    }
  }

  /** The exemption that lets this object violate this rule, if any. */
  cover(rule: string, object: ObjectReference): Exemption | undefined {
    const entry = this.#byRule.get(rule)?.find((candidate) => covers(candidate, object));
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.exemption;
  }

  /** Expired exemptions, which cover nothing any more. */
  expired(): readonly Finding[] {
    return this.#entries
      .filter((entry) => this.#isExpired(entry))
      .map(({ exemption }) =>
        findingAbout(
          exemption,
          'expired',
          `the exemption from ${exemption.rule} for ${objectText(exemption)} expired on ${exemption.expires}; its owner is ${exemption.owner}`,
        ),
      );
  }

  /** Exemptions in force that nothing needed. */
  unused(): readonly Exemption[] {
    return this.#entries.filter((entry) => !entry.used && !this.#isExpired(entry)).map(({ exemption }) => exemption);
  }

  #isExpired({ exemption }: BookEntry): boolean {
    return exemption.expires < this.#today;
  }
}

/** Exemptions from any of these rules: of the others, who judges by these rules knows nothing. */
export function exemptionsFrom(
  exemptions: readonly Exemption[],
  rules: readonly { readonly id: string }[],
): readonly Exemption[] {
  const ids = new Set(rules.map(({ id }) => id));
  return exemptions.filter(({ rule }) => ids.has(rule));
}

/** One warning for each exemption that none of the reports needed: one may be for objects of a single stack. */
export function unusedInAll(reports: readonly PolicyReport[]): readonly Finding[] {
  const [first, ...others] = reports;
  return (first?.unusedExemptions ?? [])
    .filter((exemption) => others.every(({ unusedExemptions }) => unusedExemptions.includes(exemption)))
    .map(unusedFinding);
}

export function unusedFinding(exemption: Exemption): Finding {
  return findingAbout(
    exemption,
    'unused',
    `nothing that matches ${objectText(exemption)} violates ${exemption.rule}; its owner is ${exemption.owner}`,
  );
}

interface BookEntry {
  readonly exemption: Exemption;
  readonly name: RegExp;
  readonly namespace: RegExp | undefined;
  used: boolean;
}

function covers({ exemption, name, namespace }: BookEntry, object: ObjectReference): boolean {
  if (exemption.object.kind !== object.kind || !name.test(object.name)) return false;
  return namespace === undefined ? object.namespace === undefined : namespace.test(object.namespace ?? '');
}

function findingAbout(exemption: Exemption, check: keyof typeof EXEMPTION_CHECKS, message: string): Finding {
  const { id, severity, fix } = EXEMPTION_CHECKS[check];
  const { kind, namespace, name } = exemption.object;
  return {
    rule: id,
    severity,
    message,
    fix,
    object: {
      apiVersion: '',
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      cluster: '',
      file: exemption.file,
      line: exemption.line,
    },
  };
}

function objectText({ object }: Exemption): string {
  return `${object.kind} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`;
}
