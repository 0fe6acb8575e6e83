/** What takes the place of a secret. */
export const REDACTED = '[redacted]';

/**
 * A text without what could let somebody in: private keys, passwords, tokens, keys of object stores, wherever a program may
 * have written them. Secrets are read for no bundle and no status; this is for what should not be in logs, settings and errors, and is.
 */
export function redact(text: string): string {
  return RULES.reduce((left, [pattern, replacement]) => left.replace(pattern, replacement), text);
}

/** Names of settings and fields whose values are secrets. A name that only ends so is one too, as in `db_password`. */
const NAMES = String.raw`[\w.-]*(?:password|passwd|secret|token|credential|private[._-]?key|access[._-]?key)s?`;

const RULES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?(?:-----END \1PRIVATE KEY-----|$)/g, REDACTED],
  // A whole line of a login module holds a password somewhere.
  [/(sasl[._]jaas[._]config["']?\s*[:=]\s*).+/gi, `$1${REDACTED}`],
  [new RegExp(String.raw`("${NAMES}"\s*:\s*)"(?:[^"\\]|\\.)*"`, 'gi'), `$1"${REDACTED}"`],
  [new RegExp(String.raw`(\b${NAMES}\s*=\s*)(?:"[^"]*"|'[^']*'|[^\s,;&}\]]+)`, 'gi'), `$1${REDACTED}`],
  [/(authorization["']?\s*[:=]\s*["']?(?:basic|bearer)\s+)[\w.~+/=-]+/gi, `$1${REDACTED}`],
  // Of a URL, as of a database.
  [/(\w:\/\/)[^\s/@:]+:[^\s/@]+@/g, `$1${REDACTED}@`],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, REDACTED],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, REDACTED],
];
