import type { Problem } from './problem.ts';

/** Problems as text for a terminal: grouped by file, each with its line, the rule and what to do. */
export function formatProblems(problems: readonly Problem[]): string {
  return [...Map.groupBy(problems, (problem) => problem.file)]
    .map(([file, found]) =>
      [`${file}: ${counted(found)}`, ...found.slice(0, MAX_PROBLEMS_PER_FILE).map(formatProblem), ...more(found)].join(
        '\n\n',
      ),
    )
    .join('\n\n');
}

function formatProblem(problem: Problem): string {
  const is = problem.value === '' ? '' : ` = ${problem.value}`;
  const mark = problem.severity === 'warning' ? 'warning: ' : '';
  const lines = [`  ${problem.line}:${problem.column}  ${mark}${problem.path}${is}`, ...excerpt(problem)];
  lines.push(`      ${problem.message} [${problem.rule}]`);
  if (problem.suggestion !== undefined) lines.push(`      → ${problem.suggestion}`);
  return lines.join('\n');
}

/** The line itself with a mark under the place; long lines are cut around it. */
function excerpt(problem: Problem): readonly string[] {
  if (problem.excerpt.trim() === '') return [];
  const from = Math.max(0, problem.column - 1 - MAX_EXCERPT_LENGTH / 2);
  const text = problem.excerpt.slice(from, from + MAX_EXCERPT_LENGTH).replaceAll('\t', ' ');
  const gutter = String(problem.line);
  return [
    `      ${gutter} │ ${text}`,
    `      ${' '.repeat(gutter.length)} │ ${' '.repeat(problem.column - 1 - from)}^`,
  ];
}

function counted(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const parts = [
    ...(errors > 0 ? [`${errors} ${errors === 1 ? 'problem' : 'problems'}`] : []),
    ...(warnings > 0 ? [`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`] : []),
  ];
  return parts.join(', ');
}

function more({ length }: readonly Problem[]): readonly string[] {
  return length > MAX_PROBLEMS_PER_FILE ? [`  … and ${length - MAX_PROBLEMS_PER_FILE} more`] : [];
}

const MAX_EXCERPT_LENGTH = 100;
/** Nobody reads further; what repeats is mended by then. */
const MAX_PROBLEMS_PER_FILE = 100;
