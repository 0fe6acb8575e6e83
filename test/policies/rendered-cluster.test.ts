import { describe, expect, test } from '@jest/globals';
import { renderKafkaCluster } from '../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { CLOUDS } from '../../contracts/cloud.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { judge } from '../../policies/engine/judge.ts';
import { exampleDataPlane, examplePsc } from '../support/example-psc.ts';
import { judgeOptions, located, objectRules } from './support.ts';

const rules = objectRules();
const registries = [...new Set(Object.values(exampleDataPlane('aws').images).map(({ repository }) => repository))];
const options = judgeOptions({ rules, registries });

describe('what the operator makes of a PSC', () => {
  test.each(CLOUDS)('on %s violates no object rule', (cloud) => {
    const { findings } = judge(located(rendered(cloud)), options);
    expect(findings.map(({ rule, object, message }) => `${rule} ${object.kind} ${object.name}: ${message}`)).toEqual(
      [],
    );
  });

  test.each([
    ['min.insync.replicas=2', 'min.insync.replicas=1', 'kafka-min-isr'],
    ['default.replication.factor=3', 'default.replication.factor=1', 'kafka-replication'],
    ['unclean.leader.election.enable=false', 'unclean.leader.election.enable=true', 'kafka-no-unclean-election'],
    ['auto.create.topics.enable=false', 'auto.create.topics.enable=true', 'kafka-no-auto-topics'],
    ['auto.leader.rebalance.enable=false', 'auto.leader.rebalance.enable=true', 'kafka-no-auto-rebalance'],
    ['broker.rack=${env:BROKER_RACK}', 'broker.rack=', 'kafka-rack'],
    ['INTERNAL:SASL_SSL', 'INTERNAL:SASL_PLAINTEXT', 'kafka-encrypted-listeners'],
    ['"OnDelete"', '"RollingUpdate"', 'kafka-update-on-delete'],
    ['"flotilla-precreated-only"', '"flotilla-us-west-2a"', 'kafka-claims-precreated'],
    ['"terminationGracePeriodSeconds":600', '"terminationGracePeriodSeconds":60', 'kafka-termination-grace'],
    ['"whenUnsatisfiable":"ScheduleAnyway"', '"whenUnsatisfiable":"DoNotSchedule"', 'pinned-pods-not-spread-hard'],
    ['"maxUnavailable":1', '"maxUnavailable":0', 'budget-neither-zero-nor-everything'],
    ['"runAsNonRoot":true', '"runAsNonRoot":false', 'pod-non-root'],
  ])('with %s turned into %s violates %s', (from, to, rule) => {
    const text = JSON.stringify(rendered('aws'));
    expect(text).toContain(from);
    const spoiled = JSON.parse(text.replaceAll(from, to)) as readonly KubernetesObject[];
    expect(judge(located(spoiled), options).findings.map((finding) => finding.rule)).toContain(rule);
  });
});

describe('judging many tenants', () => {
  test('is timed, for people to see', () => {
    const tenants = 200;
    const objects = located(Array.from({ length: tenants }, (_, index) => rendered('aws', `tenant-${index}`)).flat());
    judge(objects, judgeOptions({ registries })); // The first pass compiles.
    const before = process.cpuUsage();
    const report = judge(objects, judgeOptions({ registries }));
    const { user, system } = process.cpuUsage(before);
    const perTenantMs = (user + system) / 1000 / tenants;
    process.stdout.write(
      `policies: ${perTenantMs.toFixed(2)} ms of CPU a tenant of ${objects.length / tenants} objects\n`,
    );
    expect(report.objects).toBe(objects.length);
  });
});

function rendered(cloud: (typeof CLOUDS)[number], name = 'orders'): readonly KubernetesObject[] {
  return renderKafkaCluster(examplePsc(cloud, { name }), exampleDataPlane(cloud));
}
