import { join } from 'node:path';

/** Root of the project: the folder that holds `package.json`, wherever the command was called from. */
export const PROJECT_ROOT = join(import.meta.dirname, '..');

/** Places in the project that commands read and write. */
export const PATHS = {
  stacks: join(PROJECT_ROOT, 'stacks'),
  outputs: join(PROJECT_ROOT, 'stacks', 'outputs'),
  dist: join(PROJECT_ROOT, 'dist'),
  imageLock: join(PROJECT_ROOT, 'images', 'images.lock.json'),
  exemptions: join(PROJECT_ROOT, 'policies', 'exemptions.yaml'),
  benchmarks: join(PROJECT_ROOT, 'test', 'bench'),
  /** The Node that the project pins, whatever the machine's own is. */
  node: join(PROJECT_ROOT, 'node_modules', '.bin', 'node'),
} as const;
