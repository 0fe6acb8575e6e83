import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { readDocument } from './config/document.ts';
import { NAMESPACE, unwrap } from './config/stack-file.ts';

/**
 * Keys `flotilla:<field>` that the engine holds otherwise than the stack file, sorted: a `--config-file` or `--config`
 * that only Pulumi saw. `held` is what the engine gives a program: texts, structured values as JSON.
 */
export function configDifferences(file: string, held: Readonly<Record<string, string>>): readonly string[] {
  const { value } = unwrap(readDocument(readFileSync(file, 'utf8'), file).value);
  const expected = new Map<string, unknown>(
    Object.entries(isRecord(value) ? value : {}).map(([name, field]) => [`${NAMESPACE}${name}`, plain(field)]),
  );
  const own = new Map(Object.entries(held).filter(([key]) => key.startsWith(NAMESPACE)));
  // Run without an engine's config, as the Automation API can: there is nothing that could differ.
  if (own.size === 0) return [];
  const keys = new Set([...expected.keys(), ...own.keys()]);
  return [...keys].filter((key) => !isDeepStrictEqual(expected.get(key), parsed(own.get(key)))).sort();
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** As JSON has it: without undefined and without the parser's own prototypes. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
