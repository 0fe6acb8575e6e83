import { join, resolve } from 'node:path';

/** Folder of the platform's own code, wherever the command was called from. */
export const INSTALL_ROOT = join(import.meta.dirname, '..');

/**
 * Folder of what a platform team edits: stack configs, image lock, exemptions. The code's own folder, unless the team keeps
 * these in a repository of their own and names it in FLOTILLA_PROJECT.
 */
export const PROJECT_ROOT = resolve(process.env['FLOTILLA_PROJECT'] ?? INSTALL_ROOT);

/** Places that commands read and write. */
export const PATHS = {
  stacks: join(PROJECT_ROOT, 'stacks'),
  outputs: join(PROJECT_ROOT, 'stacks', 'outputs'),
  dist: join(PROJECT_ROOT, 'dist'),
  imageLock: join(PROJECT_ROOT, 'images', 'images.lock.json'),
  exemptions: join(PROJECT_ROOT, 'policies', 'exemptions.yaml'),
  benchmarks: join(INSTALL_ROOT, 'test', 'bench'),
  /** The Node that the platform pins, whatever the machine's own is. */
  node: join(INSTALL_ROOT, 'node_modules', '.bin', 'node'),
} as const;
