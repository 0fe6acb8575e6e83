import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { leftovers, machineSettings } from './machine.js';

/**
 * Takes the tests' region down, also when they failed, and looks whether anything of it is left, or a setting of the machine
 * is not what it was before: such a region fails the tests. FLOTILLA_KEEP_REGION leaves it up, for whoever works on them.
 */
export default function tearDown() {
  if (process.env.FLOTILLA_KEEP_REGION !== undefined) return;
  const root = join(import.meta.dirname, '..', '..');
  const env = { ...process.env, NODE_OPTIONS: '' };
  execFileSync(join(root, 'flotilla'), ['down', '--purge'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const after = machineSettings();
  const changed = Object.entries(globalThis.settingsBefore)
    .filter(([name, value]) => after[name] !== value)
    .map(([name, value]) => `${name}: was ${value.trim()}, is ${(after[name] ?? 'gone').trim()}`);
  const left = [...leftovers(process.env.FLOTILLA_STATE), ...changed];
  if (left.length > 0) throw new Error(`the region is down and left these behind:\n${left.join('\n')}`);
}
