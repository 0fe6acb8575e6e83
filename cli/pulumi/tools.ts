import { dirname, join } from 'node:path';
import { pulumiTools, type PulumiTools } from '../../local/pulumi/pulumi-tools.ts';
import { cacheRoot } from '../../local/tools/cache.ts';
import { ToolError } from '../../local/tools/tool-error.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/**
 * The engine of the machine, or one that is built on first use, with the Node that runs this.
 *
 * @throws UserError when neither can be had
 */
export async function requiredPulumiTools(env: NodeJS.ProcessEnv): Promise<PulumiTools> {
  const cache = cacheRoot(env);
  try {
    const tools = await pulumiTools({
      cacheRoot: cache,
      env,
      nodeFolder: dirname(process.execPath),
      onProgress: (line) => {
        process.stderr.write(`${line}\n`);
      },
    });
    // Half of a program's start is Node compiling the SDK: it keeps what it compiled.
    return { ...tools, env: { NODE_COMPILE_CACHE: join(cache, 'node-compile-cache'), ...tools.env } };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UserError(error.what, { hint: error.hint, exitCode: EXIT_CODES.environment, cause: error });
  }
}
