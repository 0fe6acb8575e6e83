/** One jar of an image: its place in a Maven repository, and the digest of its bytes. */
export interface LockedJar {
  /** As in `org/slf4j/slf4j-api/1.7.36/slf4j-api-1.7.36.jar`. */
  readonly path: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Where a jar comes from. */
export interface MavenCoordinates {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

/** Text of a lock, in the form that `sha256sum` reads, sorted by path. */
export function formatJarLock(jars: readonly LockedJar[]): string {
  return [...jars]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ sha256, path }) => `${sha256}  ${path}\n`)
    .join('');
}

/** @throws SyntaxError with the first line that is not one of a lock */
export function parseJarLock(text: string): readonly LockedJar[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const found = /^([0-9a-f]{64}) {2}(\S+\/\S+\/\S+\/\S+\.jar)$/.exec(line);
      if (found?.[1] === undefined || found[2] === undefined)
        throw new SyntaxError(`not a line of a jar lock: ${line}`);
      return { sha256: found[1], path: found[2] };
    });
}

/** Sentences on how `jars` differ from their lock; none when they are the same. */
export function lockDifferences(locked: readonly LockedJar[], jars: readonly LockedJar[]): readonly string[] {
  const wanted = new Map(locked.map(({ path, sha256 }) => [path, sha256]));
  const found = new Map(jars.map(({ path, sha256 }) => [path, sha256]));
  return [
    ...[...found].flatMap(([path, sha256]) => {
      const pinned = wanted.get(path);
      if (pinned === undefined) return [`${path} is not in the lock`];
      return pinned === sha256 ? [] : [`${path} has the digest ${sha256}, the lock has ${pinned}`];
    }),
    ...[...wanted.keys()]
      .filter((path) => !found.has(path))
      .map((path) => `${path} is in the lock and was not fetched`),
  ];
}

/** Coordinates by a jar's place in a repository. */
export function coordinatesOf(path: string): MavenCoordinates {
  const [version, artifactId, ...group] = path.split('/').reverse().slice(1);
  if (version === undefined || artifactId === undefined) throw new RangeError(`${path} is no place in a repository`);
  return { groupId: group.reverse().join('.'), artifactId, version };
}
