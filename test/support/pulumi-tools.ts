import { dirname } from 'node:path';
import { pulumiTools, type PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { cacheRoot } from '../../local/tools/cache.ts';

/** Pulumi as the tests run it: of this machine or built once, with the Node that runs them. */
export async function testPulumiTools(env: NodeJS.ProcessEnv = bareEnv()): Promise<PulumiTools> {
  return await pulumiTools({
    cacheRoot: cacheRoot(process.env),
    env,
    nodeFolder: dirname(process.execPath),
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
}

/** Nothing of whoever runs the tests but where programs and their caches are. */
function bareEnv(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'] };
}
