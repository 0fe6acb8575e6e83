/**
 * Gives equal texts back as one, so that many equal ones take the room of one. When it has grown full it begins anew, which
 * costs room and nothing else.
 */
export function stringPool(maxTexts = DEFAULT_MAX_TEXTS): (text: string) => string {
  const pool = new Map<string, string>();
  return (text) => {
    const known = pool.get(text);
    if (known !== undefined) return known;
    if (pool.size >= maxTexts) pool.clear();
    pool.set(text, text);
    return text;
  };
}

const DEFAULT_MAX_TEXTS = 5_000;
