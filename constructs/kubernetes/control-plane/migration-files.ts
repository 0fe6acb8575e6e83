import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const STORE = join(import.meta.dirname, '..', '..', '..', 'control-plane', 'store');

/** Files of the migrations of the control plane's database and what applies them, by name: contents of a ConfigMap. */
export function migrationFiles(): Readonly<Record<string, string>> {
  const migrations = readdirSync(join(STORE, 'migrations')).filter((name) => name.endsWith('.sql'));
  const paths = [...migrations.sort().map((name) => join('migrations', name)), 'apply-one.psql', 'migrate.sh'];
  return Object.fromEntries(paths.map((path) => [basename(path), readFileSync(join(STORE, path), 'utf8')]));
}
