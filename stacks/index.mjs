/*
 * Where Pulumi starts: plain JavaScript, so that a Node that cannot read TypeScript still reads this and says what to do.
 */
import { enableCompileCache } from 'node:module';

/** The first Node that strips types by itself without a warning; the project pins its own in node_modules. */
const OLDEST_NODE_MAJOR = 24;

/** What the engine calls; it takes the default export of a program for the program itself. */
export default async function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < OLDEST_NODE_MAJOR) {
    const { default: pulumi } = await import('@pulumi/pulumi');
    throw new pulumi.RunError(
      `The stacks need Node ${OLDEST_NODE_MAJOR} or newer to run, and the PATH has Node ${process.versions.node}. ` +
        'Use ./flotilla pulumi in place of pulumi, or put node_modules/node/bin first in the PATH.',
    );
  }
  enableCompileCache();
  // The SDK takes a stack trace with each resource, and its source-map hook makes those slow. Our own files have no source
  // maps: stripped types leave every line where it was.
  Error.prepareStackTrace = undefined;
  const { shedSdkOverhead } = await import('./sdk-overhead.ts');
  await shedSdkOverhead({ arePromisesTraced: process.env.PULUMI_DEBUG_PROMISE_LEAKS === undefined ? 'no' : 'yes' });
  const { program } = await import('./index.ts');
  return await program();
}
