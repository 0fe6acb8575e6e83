/** `flotilla bench yaml`: why manifests have an emitter of their own, on the objects of one rendered cluster. */
import { Yaml } from 'cdk8s';
import { dump } from 'js-yaml';
import { renderKafkaCluster } from '../../constructs/kubernetes/kafka/kafka-cluster.ts';
import { toYaml } from '../../stacks/yaml.ts';
import { table } from '../../cli/table.ts';
import { exampleDataPlane, examplePsc } from '../support/example-psc.ts';

const ROUNDS = 30;
const MS_PER_US = 1 / 1000;

const objects = renderKafkaCluster(examplePsc('aws'), exampleDataPlane('aws'));
const kilobytes = toYaml(objects).length / 1000;

const results = [
  measure('stacks/yaml.ts', () => toYaml(objects)),
  measure('js-yaml', () => objects.map((object) => dump(object)).join('---\n')),
  measure('cdk8s (yaml)', () => Yaml.stringify(...objects)),
];

if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
else {
  const rows = results.map(({ emitter, cpuMs }) => [emitter, cpuMs.toFixed(2), (cpuMs / objects.length).toFixed(3)]);
  process.stdout.write(`${table(['emitter', 'CPU ms', 'ms/object'], rows)}\n\n`);
  process.stdout.write(
    `${objects.length} objects, ${kilobytes.toFixed(0)} KB; means of ${ROUNDS} rounds after as many to warm up.\n`,
  );
}

function measure(emitter: string, write: () => string): { readonly emitter: string; readonly cpuMs: number } {
  for (let round = 0; round < ROUNDS; round += 1) write();
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) write();
  const { user, system } = process.cpuUsage(before);
  return { emitter, cpuMs: ((user + system) * MS_PER_US) / ROUNDS };
}
