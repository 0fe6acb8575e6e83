import { describe, expect, test } from '@jest/globals';
import { DatabaseMigrations } from '../../../../constructs/kubernetes/control-plane/database-migrations.ts';
import { migrationFiles } from '../../../../constructs/kubernetes/control-plane/migration-files.ts';
import { OUTBOX } from '../../../../constructs/kubernetes/control-plane/outbox-connector.ts';
import { renderChart } from '../../../../constructs/kubernetes/shared/render-chart.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { clusterContext } from '../../../../stacks/cluster-context.ts';
import { loadImageLock } from '../../../../images/image-lock.ts';
import { loadStack, requireParsed } from '../../../../stacks/config.ts';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const database = { host: 'database.example.com', port: 5433, name: 'flotilla', addressRanges: ['10.0.250.0/24'] };

describe("the migrations of the control plane's database", () => {
  const sql = Object.entries(migrationFiles())
    .filter(([name]) => name.endsWith('.sql'))
    .map(([, text]) => text)
    .join('\n');

  test('make what the connector of the outbox reads', () => {
    expect(sql).toContain(`CREATE TABLE ${OUTBOX.table} (`);
    expect(sql).toContain(`CREATE PUBLICATION ${OUTBOX.publication} FOR TABLE ${OUTBOX.table}`);
    for (const column of Object.values(OUTBOX.columns)) expect(sql).toMatch(new RegExp(`^  ${column} `, 'm'));
    expect(sql).toContain(`GRANT SELECT ON ${OUTBOX.table} TO connect;`);
  });

  test('have numbers that order them, none twice', () => {
    const numbers = Object.keys(migrationFiles()).flatMap((name) => /^(\d{4})-.*\.sql$/.exec(name)?.[1] ?? []);
    expect(numbers).toEqual([...new Set(numbers)].sort());
    expect(numbers.length).toBeGreaterThan(0);
  });

  test('never have a password written out', () => {
    expect(sql).not.toMatch(/\bPASSWORD\b/i);
  });
});

describe('the Job of the migrations', () => {
  test('is another one as soon as anything of it changes, for a Job cannot be changed', () => {
    const nameOf = (port: number): string => jobOf('local', port).metadata.name;
    expect(nameOf(5433)).toBe(nameOf(5433));
    expect(nameOf(5433)).not.toBe(nameOf(5434));
  });

  test('comes as the superuser of a local database, and as the administrator whom a cloud was told of', () => {
    expect(secretsOf(jobOf('local', 5433))).toEqual(['postgres-superuser', 'database-connect']);
    expect(secretsOf(jobOf('aws-us-west-2', 5433))).toEqual(['database-administrator', 'database-connect']);
  });
});

function jobOf(stack: string, port: number): KubernetesObject {
  const config = requireParsed(loadStack(join(ROOT, 'stacks'), stack));
  const [cluster] = config.kubernetesClusters;
  if (cluster === undefined) throw new Error(`${stack} has no Kubernetes cluster`);
  const images = loadImageLock(join(ROOT, 'images', 'images.lock.json'), config.region.imageRegistry);
  const context = clusterContext(config, cluster, images);
  const objects = renderChart({}, (chart) => {
    new DatabaseMigrations(chart, 'migrations', { context, database: { ...database, port } });
  });
  const job = objects.find(({ kind }) => kind === 'Job');
  if (job === undefined) throw new Error('there is no Job');
  return job;
}

function secretsOf(job: KubernetesObject): readonly (string | undefined)[] {
  const { template } = job['spec'] as {
    readonly template: { readonly spec: { readonly volumes: readonly { readonly secret?: { secretName: string } }[] } };
  };
  return template.spec.volumes.flatMap(({ secret }) => secret?.secretName ?? []);
}
