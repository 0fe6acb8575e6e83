/** Settings of one part of a properties file, under the comment that says why they are as they are. */
export interface PropertiesSection {
  readonly comment: string;
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * A Java properties file that reads back as exactly these settings.
 *
 * @throws Error when two sections set one key: the later would win silently
 */
export function formatProperties(sections: readonly PropertiesSection[]): string {
  const seen = new Set<string>();
  const parts = sections.map(({ comment, settings }) => {
    const lines = Object.entries(settings).map(([key, value]) => {
      if (seen.has(key)) throw new Error(`two sections of one properties file set ${key}`);
      seen.add(key);
      return `${escapeKey(key)}=${escapeValue(value)}`;
    });
    return [...comment.split('\n').map((line) => `# ${line}`), ...lines].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

/** Settings of a file that {@link formatProperties} wrote. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      // The first equals sign that no backslash goes before.
      const found = /^((?:\\.|[^\\=])*)=(.*)$/.exec(line);
      const [, key = line, value = ''] = found ?? [];
      return [unescape(key), unescape(value)];
    }),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9a-f]{4})|(.))/g, (_, code: string | undefined, character: string | undefined) =>
    code === undefined ? (ESCAPES[character ?? ''] ?? character ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function escapeKey(key: string): string {
  return escapeCommon(key).replace(/[ :=#!]/g, (character) => `\\${character}`);
}

function escapeValue(value: string): string {
  return escapeCommon(value).replace(/^ /, '\\ ');
}

function escapeCommon(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll('\f', '\\f')
    .replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
