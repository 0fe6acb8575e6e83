import { didYouMean } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import { stackFileSchema } from './schema.ts';

/** Pulumi's own keys of a stack file, with what they hold. */
export const PULUMI_KEYS: Readonly<Record<string, string>> = {
  config: 'Configuration by namespace and name; this project reads `flotilla:…`, the rest goes to other packages.',
  secretsprovider: 'Who encrypts `secure:` values: a passphrase, or a key of a cloud.',
  encryptedkey: "Pulumi's data key, encrypted by the secrets provider.",
  encryptionsalt: "Salt of Pulumi's passphrase.",
  environment: 'Pulumi ESC environments that the stack imports.',
};

export const NAMESPACE = 'flotilla:';

export interface Unwrapped {
  readonly findings: readonly Finding[];
  /** Values under `flotilla:`, by their names without it. */
  readonly value: unknown;
}

/** Takes the project's own keys out of a stack file; everything of Pulumi's stays unread. */
export function unwrap(file: unknown): Unwrapped {
  if (!isMapping(file)) {
    const message = 'A stack file is a mapping with the key config.';
    return { findings: [{ path: [], rule: 'type', message }], value: undefined };
  }
  const top = Object.keys(file).filter((key) => !Object.hasOwn(PULUMI_KEYS, key));
  const findings = top.map((key) => unknown([key], key, Object.keys(PULUMI_KEYS), placeOf(key)));
  const config = file['config'];
  if (!isMapping(config)) {
    const message = 'config is a mapping of keys such as flotilla:region.';
    return {
      findings: [...findings, { path: ['config'], rule: config === undefined ? 'required' : 'type', message }],
      value: undefined,
    };
  }
  const bare = Object.keys(config).filter((key) => !key.includes(':'));
  const own = Object.entries(config).filter(([key]) => key.startsWith(NAMESPACE));
  return {
    findings: [...findings, ...bare.map((key) => unknown(['config', key], key, [], `${NAMESPACE}${key}`))],
    value: Object.fromEntries(own.map(([key, value]) => [key.slice(NAMESPACE.length), value])),
  };
}

/** Path in the file of a path in the config: `['region', 'name']` is under `config`, in the key `flotilla:region`. */
export function filePath([field, ...rest]: Path): Path {
  return field === undefined ? ['config'] : ['config', `${NAMESPACE}${field}`, ...rest];
}

function unknown(path: Path, key: string, known: readonly string[], better: string | undefined): Finding {
  const suggestion = better === undefined ? didYouMean(key, known) : `Did you mean ${better}?`;
  return {
    path,
    at: 'key',
    rule: 'unknown-key',
    message: path.length === 1 ? `A stack file has no key ${key}.` : 'A key of config has a namespace and a name.',
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Where a key that stands beside `config` belongs. */
function placeOf(key: string): string | undefined {
  const name = key.startsWith(NAMESPACE) ? key.slice(NAMESPACE.length) : key;
  return Object.hasOwn(stackFileSchema.shape, name) ? `${NAMESPACE}${name} under config` : undefined;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
