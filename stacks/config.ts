import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { complete } from './config/complete.ts';
import { readDocument } from './config/document.ts';
import type { ConfigDocument } from './config/document.ts';
import type { Draft } from './config/draft.ts';
import { fileProblem, readText, shownPath, unreadable } from './config/files.ts';
import { formatProblems } from './config/format-problems.ts';
import { didYouMean } from './config/nearest.ts';
import { parsed } from './config/problem.ts';
import type { Parsed, Problem } from './config/problem.ts';
import { applyRules } from './config/rules.ts';
import { fleetRules } from './config/rules/fleet.ts';
import { stackFileSchema } from './config/schema.ts';
import { filePath, unwrap } from './config/stack-file.ts';
import { checkStructure } from './config/structure.ts';
import type { StackConfig } from './stack-config.ts';

export { formatProblems } from './config/format-problems.ts';
export { kubernetesClusterId, mothershipBootstrapServer, mothershipOf } from './config/mothership-address.ts';
export type { Parsed, Problem } from './config/problem.ts';

/** A stack config that cannot be used: carries every problem; its message is those problems as text. */
export class StackConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(formatProblems(problems));
    this.name = 'StackConfigError';
    this.problems = problems;
  }
}

export interface ParseOptions {
  /** ISO date that versions are held against, as in `2026-11-22`. */
  readonly today: string;
}

/** The value, or a {@link StackConfigError} with every problem. */
export function requireParsed<Value>(result: Parsed<Value>): Value {
  if (!result.ok) throw new StackConfigError(result.problems);
  return result.value;
}

/** Text of one stack file ▶ its config, or every problem that it has by itself (not with other stacks). */
export function parseStack(
  text: string,
  { stack, file, today }: ParseOptions & { readonly stack: string; readonly file: string },
): Parsed<StackConfig> {
  const read = readStack(text, { stack, file, today });
  return parsed(read.problems(), read.config);
}

/**
 * Config of one stack of a folder, with every problem that it has, alone or together with the folder's other stacks;
 * what is wrong in another stack only does not stand in its way.
 */
export function loadStack(stacksDir: string, stack: string, options: Partial<ParseOptions> = {}): Parsed<StackConfig> {
  const names = stackNames(stacksDir);
  if (!names.ok) return names;
  if (!names.value.includes(stack)) return { ok: false, problems: [noSuchStack(stacksDir, stack, names.value)] };
  const reads = names.value.map((name) => readStackFile(stacksDir, name, options));
  const read = reads.find((candidate) => candidate.draft.stack === stack);
  if (read === undefined) throw new Error(`the stack ${stack} was listed and not read`);
  const shared = fleetProblems(reads).filter((found) => found.stacks.includes(stack));
  return parsed([...read.problems(), ...shared.map(({ problem }) => problem)], read.config);
}

/** Configs of all stacks of a folder by name, or every problem of all of them. */
export function loadAllStacks(stacksDir: string, options: Partial<ParseOptions> = {}): Parsed<readonly StackConfig[]> {
  const names = stackNames(stacksDir);
  if (!names.ok) return names;
  const reads = names.value.map((name) => readStackFile(stacksDir, name, options));
  const shared = fleetProblems(reads).map(({ problem }) => problem);
  return parsed([...reads.flatMap((read) => read.problems()), ...shared], () => reads.map((read) => read.config()));
}

/** Names of the stacks that a folder has files of, sorted. */
export function stackNames(stacksDir: string): Parsed<readonly string[]> {
  try {
    const names = readdirSync(stacksDir).flatMap((file) => STACK_FILE.exec(file)?.groups?.['stack'] ?? []);
    return { ok: true, value: names.sort(), warnings: [] };
  } catch (error) {
    return { ok: false, problems: [unreadable(stacksDir, error)] };
  }
}

const STACK_FILE = /^Pulumi\.(?<stack>[A-Za-z0-9_-]+)\.yaml$/;

interface StackRead {
  readonly draft: Draft;
  readonly document: ConfigDocument;
  /** Those that the file has by itself; of the other stacks of a folder nobody asks for them. */
  readonly problems: () => readonly Problem[];
  /** Only where no problem is an error. */
  readonly config: () => StackConfig;
}

function readStack(
  text: string,
  { stack, file, today }: ParseOptions & { readonly stack: string; readonly file: string },
): StackRead {
  const document = readDocument(text, file);
  if (document.value === undefined) return broken(stack, document);
  const { findings, value } = unwrap(document.value);
  const structure = checkStructure(stackFileSchema, value, (path) => document.spelled(filePath(path)));
  // What is pruned held against its schema; the cast says no more than that.
  const draft: Draft = { stack, file: structure.pruned ?? {}, isUnclear: structure.isUnclear };
  const problems = (): readonly Problem[] => {
    const inConfig = value === undefined ? [] : [...structure.findings, ...applyRules(draft, { today })];
    const placed = inConfig.map((finding) => document.place({ ...finding, path: filePath(finding.path) }));
    return [...document.problems, ...findings.map(document.place), ...placed];
  };
  return {
    draft,
    document,
    problems,
    config: () => {
      if (structure.parsed === undefined) throw new Error(`${file} has problems, and no config`);
      return complete(structure.parsed, stack);
    },
  };
}

function broken(stack: string, document: ConfigDocument): StackRead {
  const config = () => {
    throw new Error(`${document.file} could not be read`);
  };
  return { draft: { stack, file: {}, isUnclear: () => true }, document, problems: () => document.problems, config };
}

function readStackFile(stacksDir: string, stack: string, { today = currentDate() }: Partial<ParseOptions>): StackRead {
  const path = join(stacksDir, `Pulumi.${stack}.yaml`);
  const file = shownPath(path);
  const text = readText(path);
  if (text.ok) return readStack(text.value, { stack, file, today });
  return broken(stack, { ...readDocument('', file), problems: text.problems });
}

function fleetProblems(
  reads: readonly StackRead[],
): readonly { readonly stacks: readonly string[]; readonly problem: Problem }[] {
  const documents = new Map(reads.map((read) => [read.draft.stack, read.document]));
  const drafts = reads.map((read) => read.draft);
  return fleetRules.flatMap(({ name, check }) =>
    check(drafts).flatMap(({ stack, also, ...finding }) => {
      const document = documents.get(stack);
      if (document === undefined) throw new Error(`the rule ${name} named the stack ${stack}, which it was not given`);
      const problem = document.place({ ...finding, rule: name, path: filePath(finding.path) });
      return [{ stacks: [stack, ...also], problem }];
    }),
  );
}

function noSuchStack(stacksDir: string, stack: string, names: readonly string[]): Problem {
  const suggestion = didYouMean(stack, names);
  const problem = fileProblem(join(stacksDir, `Pulumi.${stack}.yaml`), `There is no stack ${stack}.`);
  return { ...problem, ...(suggestion === undefined ? {} : { suggestion }) };
}

function currentDate(): string {
  return new Date().toISOString().slice(0, 10);
}
