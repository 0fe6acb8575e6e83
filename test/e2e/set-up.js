import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { machineSettings } from './machine.js';

/**
 * A region of the tests' own, whatever the person has running in the usual folder. What an interrupted run left of one goes
 * first: the machine's settings are to be compared with those of a machine without a region.
 */
export default function setUp() {
  process.env.FLOTILLA_STATE ??= '/var/tmp/flotilla-test-region';
  if (process.env.FLOTILLA_KEEP_REGION === undefined && existsSync(process.env.FLOTILLA_STATE)) {
    const flotilla = join(import.meta.dirname, '..', '..', 'flotilla');
    const env = { ...process.env, NODE_OPTIONS: '' };
    execFileSync(flotilla, ['down', '--purge'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  globalThis.settingsBefore = machineSettings();
}
