import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { EXIT_CODES, UserError } from '../user-error.ts';

/** The person's kubeconfig with the asked context, or its current one; throws a {@link UserError} when there is none. */
export function loadKubeConfig(env: NodeJS.ProcessEnv, context: string | undefined): KubeConfig {
  const files = kubeConfigFiles(env);
  const config = new KubeConfig();
  const [first, ...others] = files.map(load);
  if (first === undefined) {
    throw new UserError('there is no kubeconfig', {
      hint: 'set KUBECONFIG, or have your cloud write ~/.kube/config (for example: aws eks update-kubeconfig)',
      exitCode: EXIT_CODES.environment,
    });
  }
  config.mergeConfig(first);
  // As kubectl merges: the first file that sets the current context wins.
  for (const other of others) config.mergeConfig(other, true);
  const chosen = context ?? config.getCurrentContext();
  if (config.getContextObject(chosen) === null) {
    throw new UserError(`the kubeconfig has no context "${chosen}"`, {
      hint: `choose one with --context: ${config
        .getContexts()
        .map(({ name }) => name)
        .join(', ')}`,
    });
  }
  config.setCurrentContext(chosen);
  return config;
}

function kubeConfigFiles(env: NodeJS.ProcessEnv): readonly string[] {
  const listed = (env['KUBECONFIG'] ?? '').split(':').filter((file) => file !== '');
  if (listed.length > 0) return listed;
  const usual = join(env['HOME'] ?? '', '.kube', 'config');
  return existsSync(usual) ? [usual] : [];
}

function load(file: string): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromFile(file);
  } catch (error) {
    throw new UserError(
      `the kubeconfig ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint: 'set KUBECONFIG to a file that exists and that kubectl accepts',
        exitCode: EXIT_CODES.environment,
        cause: error,
      },
    );
  }
  return config;
}
