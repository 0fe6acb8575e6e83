import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { CLIENT_STAGES } from '../../../../constructs/kubernetes/client/client-stages.ts';
import { InvalidPscError } from '../../../../constructs/kubernetes/kafka/invalid-psc-error.ts';
import { parseProperties } from '../../../../constructs/kubernetes/kafka/properties.ts';
import { renderKsqlDb } from '../../../../constructs/kubernetes/ksqldb/ksqldb-cluster.ts';
import { KSQLDB_FILES } from '../../../../constructs/kubernetes/ksqldb/ksqldb-config.ts';
import { pscQuota } from '../../../../constructs/kubernetes/platform/psc-quota.ts';
import { workloadQuota } from '../../../../constructs/kubernetes/platform/workload-quota.ts';
import { CLOUDS } from '../../../../contracts/cloud.ts';
import type { KsqlDbSpec } from '../../../../contracts/gen/psc-types.ts';
import type { KubernetesObject } from '../../../../contracts/kubernetes-object.ts';
import { judge } from '../../../../policies/engine/judge.ts';
import { judgeOptions, located, objectRules } from '../../../policies/support.ts';
import { exampleKsqlDbPsc } from '../../../support/example-clients.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';
import { only } from '../support/objects-of.ts';

describe('a ksqlDB cluster', () => {
  test.each(CLOUDS)('on %s violates no policy and fits into the quota of its namespace', (cloud) => {
    const objects = rendered({}, cloud);
    const options = judgeOptions({ rules: objectRules(), registries: ['registry.example.com/acme/ksqldb'] });
    expect(judge(located(objects), options).findings.map(({ rule, object }) => `${rule} ${object.name}`)).toEqual([]);
    const needed = workloadQuota('psc-orders-ksqldb', objects);
    expect(pscQuota(exampleKsqlDbPsc(cloud).spec)).toMatchObject({
      pods: needed.pods,
      memoryMib: needed.memoryMib,
      volumeClaims: needed.volumeClaims,
      storageGib: needed.storageGib,
    });
  });

  test('deals its volumes out over its zones, one for each node', () => {
    const claims = rendered({ nodes: 4 }).filter(({ kind }) => kind === 'PersistentVolumeClaim');
    expect(claims.map(({ metadata }) => metadata.name)).toEqual([0, 1, 2, 3].map((n) => `data-ksqldb-${n}`));
    expect(claims.map((claim) => (claim['spec'] as { storageClassName: string }).storageClassName)).toEqual(
      ['a', 'b', 'c', 'a'].map((zone) => `flotilla-us-west-2${zone}`),
    );
  });

  test('makes topics that outlive a broker, and keeps a copy of each state on another node', () => {
    const text = filesOf({})[KSQLDB_FILES.properties] ?? '';
    expect(Object.fromEntries(parseProperties(text))).toMatchObject({
      'ksql.service.id': 'flotilla-ksqldb-orders-ksqldb_',
      'ksql.internal.topic.replicas': '3',
      'ksql.streams.num.standby.replicas': '1',
      'security.protocol': 'SASL_SSL',
    });
    expect(text).not.toContain('jaas');
    const alone = parseProperties(filesOf({ nodes: 1 })[KSQLDB_FILES.properties] ?? '');
    expect(alone.get('ksql.streams.num.standby.replicas')).toBe('0');
  });

  test('starts with its name and its login in a file that nobody else reads, and in no argument', async () => {
    const root = await mkdtemp(join(tmpdir(), 'flotilla-ksqldb-'));
    try {
      const [config, credentials, run, bin] = ['config', 'credentials', 'run', 'bin'].map((name) => join(root, name));
      for (const folder of [config, credentials, run, bin]) await mkdir(folder ?? '');
      for (const [file, text] of Object.entries(filesOf({}))) await writeFile(join(config ?? '', file), text);
      await writeFile(join(credentials ?? '', 'username'), 'somebody');
      await writeFile(join(credentials ?? '', 'password'), 'a-secret_1');
      const server = '#!/bin/sh\necho "$@" > "$RUN_DIR/arguments"\n';
      await writeFile(join(bin ?? '', 'ksql-server-start'), server, { mode: 0o755 });
      const env = {
        PATH: `${bin ?? ''}:${process.env['PATH'] ?? ''}`,
        POD_NAME: 'ksqldb-1',
        CONFIG_DIR: config,
        CREDENTIALS_DIR: credentials,
        RUN_DIR: run,
      };
      await promisify(execFile)('sh', [join(config ?? '', KSQLDB_FILES.script)], { env });
      const made = join(run ?? '', KSQLDB_FILES.properties);
      expect((await readFile(join(run ?? '', 'arguments'), 'utf8')).trim()).toBe(made);
      const settings = parseProperties(await readFile(made, 'utf8'));
      expect(settings.get('ksql.advertised.listener')).toBe(
        'http://ksqldb-1.ksqldb-pods.psc-orders-ksqldb.svc.cluster.local:8088',
      );
      expect(settings.get('sasl.jaas.config')).toBe(
        'org.apache.kafka.common.security.scram.ScramLoginModule required username="somebody" password="a-secret_1";',
      );
      expect(settings.get('bootstrap.servers')).toBe('kafka-bootstrap.psc-orders.svc.cluster.local:9092');
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test.each<readonly [string, Partial<KsqlDbSpec>, RegExp]>([
    ['with another service id', { config: { 'ksql.service.id': 'mine' } }, /platform owns/],
    ['with another login', { config: { 'ksql.streams.sasl.jaas.config': 'x' } }, /platform owns/],
    [
      'with volumes that were to grow by themselves',
      { storage: { classPrefix: 'flotilla', sizeGib: 5, growthLimitGib: 9 } },
      /growthLimitGib/,
    ],
  ])('is refused %s', (_what, ksqldb, message) => {
    const render = (): unknown => renderKsqlDb(exampleKsqlDbPsc('aws', ksqldb), exampleDataPlane('aws'));
    expect(render).toThrow(InvalidPscError);
    expect(render).toThrow(message);
  });
});

function rendered(ksqldb: Partial<KsqlDbSpec>, cloud: (typeof CLOUDS)[number] = 'aws'): readonly KubernetesObject[] {
  const stages = renderKsqlDb(exampleKsqlDbPsc(cloud, ksqldb), exampleDataPlane(cloud));
  return CLIENT_STAGES.flatMap((stage) => stages[stage]);
}

function filesOf(ksqldb: Partial<KsqlDbSpec>): Readonly<Record<string, string>> {
  return only(rendered(ksqldb), 'ConfigMap')['data'] as Readonly<Record<string, string>>;
}
