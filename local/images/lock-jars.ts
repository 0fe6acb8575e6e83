import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatJarLock } from './jar-lock.ts';
import { resolveJars } from './maven.ts';

/* `node local/images/lock-jars.ts` writes the digests of all jars into the jars.sha256 files, after a pom.xml has changed. */

const root = join(import.meta.dirname, '..', '..');
const MODULES = ['kafka', 'kafka/tier', 'kafka-4.2', 'connect', 'connect/plugin', 'object-store'].map((image) =>
  join('images', image),
);
for (const module of MODULES) {
  const scratch = await mkdtemp(join(tmpdir(), 'flotilla-lock-jars-'));
  try {
    const options = { scratch, lockFile: join(scratch, 'lock'), env: process.env };
    const jars = await resolveJars(join(root, module), join(scratch, 'repository'), options);
    await writeFile(join(root, module, 'jars.sha256'), formatJarLock(jars));
    console.log(`${module}/jars.sha256: ${jars.length} jars`);
  } finally {
    await rm(scratch, { recursive: true });
  }
}
