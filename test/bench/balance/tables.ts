import { table } from '../../../cli/table.ts';
import { checkPlan } from '../../../operators/balancer/check-plan.ts';
import { changeModel, type PartitionChange } from '../../../operators/balancer/model/change-model.ts';
import type { ClusterModel } from '../../../operators/balancer/model/cluster-model.ts';
import { planBalance } from '../../../operators/balancer/plan/plan-balance.ts';
import type { CommonInput } from './common-format.ts';
import { generateCluster } from './generate.ts';
import { judge, type Judged, type Verdict } from './judge.ts';
import { cpuClock, runPlan } from './run-plan.ts';
import { LARGE, type NamedShape, SHAPES } from './shapes.ts';
import { uniformNumbers } from './xorshift.ts';

export interface Table {
  readonly text: string;
  readonly figures: unknown;
}

const CV_COLUMNS: readonly Judged[] = ['disk', 'nwIn', 'nwOut', 'cpu', 'replicas', 'leaders'];
const MIB = 2 ** 20;
const KIB = 2 ** 10;

/** All generated clusters, beside Cruise Control's figures where it published some. */
export function allShapes(): Table {
  const runs = SHAPES.map((named) => ({ named, ...measure(named) }));
  const rows = runs.flatMap(({ named, verdict, cpuMs, buildMs, faults }) => [
    [
      named.name,
      `${(cpuMs + buildMs).toFixed(0)} ms`,
      `${verdict.replicaMoves} / ${verdict.leaderChanges}`,
      `${verdict.movedPercentOfData.toFixed(2)} %`,
      ...CV_COLUMNS.map((column) => verdict.after.columns[column].cv.toFixed(3)),
      String(verdict.movesToNonNew),
      String(verdict.after.rackViolations + verdict.after.offlineReplicas + faults),
    ],
    ...(named.rival === undefined ? [] : [rivalRow(named.rival)]),
  ]);
  const header = ['gen.py', 'CPU', 'moves / leaders', 'data', ...CV_COLUMNS, 'to others', 'faults'];
  const legend =
    'CPU: model and plan, all threads. CV of each column; "to others": moves onto brokers that are not new; faults: rack violations, offline replicas and what the\n' +
    "checker found. Cruise Control: its CPU is the optimizer's only.";
  return { text: `${table(header, rows)}\n\n${legend}`, figures: runs };
}

function rivalRow({ cpuMs, movedPercent, cv }: NonNullable<NamedShape['rival']>): readonly string[] {
  return [
    '  Cruise Control',
    `${cpuMs} ms`,
    '',
    `${movedPercent.toFixed(1)} %`,
    ...CV_COLUMNS.map((column) => cv[column]?.toFixed(3) ?? ''),
    '',
    '',
  ];
}

interface Measured {
  readonly cpuMs: number;
  readonly buildMs: number;
  readonly verdict: Verdict;
  readonly faults: number;
}

function measure({ shape }: NamedShape): Measured {
  const input = generateCluster(shape);
  const { model, plan, output } = runPlan(input);
  const verdict = judge(input, output.proposals);
  return { cpuMs: output.cpuMs, buildMs: output.buildMs, verdict, faults: checkPlan(model, plan).length };
}

/** Partitions for three replicas each: 10,000 to 1,000,000 of them, on as many brokers as hold some 4,000. */
const GROWTH = [
  { old: 15, brokers: 18, partitions: 3_334 },
  { old: 15, brokers: 18, partitions: 10_000 },
  { old: 21, brokers: 27, partitions: 33_334 },
  { old: 60, brokers: 75, partitions: 100_000 },
  { old: 186, brokers: 231, partitions: 333_334 },
] as const;

/** What a plan costs as clusters grow. */
export function growth(): Table {
  const figures = GROWTH.map((shape) => {
    const { output } = runPlan(generateCluster(shape));
    const replicas = shape.partitions * 3;
    return { ...shape, replicas, buildMs: output.buildMs, cpuMs: output.cpuMs, moves: output.proposals.length };
  });
  const rows = figures.map(({ brokers, replicas, buildMs, cpuMs, moves }) => [
    String(replicas),
    String(brokers),
    buildMs.toFixed(0),
    cpuMs.toFixed(0),
    ((1000 * (buildMs + cpuMs)) / replicas).toFixed(2),
    String(moves),
  ]);
  const header = ['replicas', 'brokers', 'model ms', 'plan ms', 'µs/replica', 'partitions changed'];
  return { text: table(header, rows), figures };
}

/** The large cluster, and planning again from where its plan has led, after one in a hundred partitions changed its loads. */
export function large(): Table {
  const input = generateCluster(LARGE.shape);
  const startMs = performance.now();
  const { model, plan, output } = runPlan(input);
  const wallMs = performance.now() - startMs;
  const peakMib = (process.resourceUsage().maxRSS * KIB) / MIB;
  const faults = checkPlan(model, plan).length;
  const verdict = judge(input, output.proposals);
  const changed = afterwards(model, input, output.proposals);
  const whole = output.buildMs + output.cpuMs;
  const replans = [
    { after: '1 % of the partitions, anywhere', ...replan(changed, withOtherLoads(everyHundredth(input), 2)) },
    { after: 'all partitions of one broker', ...replan(changed, withOtherLoads(ofFirstBroker(changed, input), 4)) },
  ];
  const cvs = CV_COLUMNS.map((column) => `${column} ${verdict.after.columns[column].cv.toFixed(3)}`);
  const text = [
    `${LARGE.name}: ${input.partitions.length * 3} replicas on ${input.brokers.length} brokers`,
    `model ${(output.buildMs / 1000).toFixed(2)} s and plan ${(output.cpuMs / 1000).toFixed(2)} s of CPU, ${(wallMs / 1000).toFixed(2)} s on the clock, peak ${peakMib.toFixed(0)} MiB with the input`,
    `${verdict.replicaMoves} replica moves, ${verdict.leaderChanges} leader changes, ${verdict.movedPercentOfData.toFixed(2)} % of the data, ${faults} faults; CV ${cvs.join(', ')}`,
    ...replans.map(
      ({ after, partitions, cpuMs, moves, faults: found }) =>
        `after a change of ${after} (${partitions}): ${(cpuMs / 1000).toFixed(2)} s of CPU (${((100 * cpuMs) / whole).toFixed(1)} %) for the change and the plan, ${moves} moves, ${found} faults`,
    ),
  ].join('\n');
  return {
    text,
    figures: { ...output, proposals: output.proposals.length, wallMs, peakMib, faults, replans, verdict },
  };
}

interface Replan {
  /** Changed before. */
  readonly partitions: number;
  /** For the change and the plan. */
  readonly cpuMs: number;
  readonly moves: number;
  readonly faults: number;
}

function replan(model: ClusterModel, partitions: readonly PartitionChange[]): Replan {
  const clock = cpuClock();
  const next = changeModel(model, { partitions });
  if (!next.ok) throw new RangeError('the changes are wrong');
  const plan = planBalance(next.value);
  const cpuMs = clock();
  return { partitions: partitions.length, cpuMs, moves: plan.moves.length, faults: checkPlan(next.value, plan).length };
}

function afterwards(
  model: ClusterModel,
  input: CommonInput,
  proposals: ReturnType<typeof runPlan>['output']['proposals'],
): ClusterModel {
  const partitions = proposals.map((each): PartitionChange => ({
    topic: each.topic,
    partition: each.partition,
    placement: { replicas: each.new, leader: each.newLeader ?? each.new[0] ?? -1 },
  }));
  // What was new has data now.
  const brokers = input.brokers.map(({ id }) => ({ id, state: 'alive' as const }));
  const after = changeModel(model, { brokers, partitions });
  if (!after.ok) throw new RangeError('the proposals are wrong');
  return after.value;
}

type InputPartition = CommonInput['partitions'][number];

function everyHundredth({ partitions }: CommonInput): readonly InputPartition[] {
  return partitions.filter((_, index) => index % 100 === 0);
}

/** Also about one in a hundred, but all in one place, so that there is something to mend. */
function ofFirstBroker(
  { topics, topicOf, numberOf, firstReplica, brokerOf }: ClusterModel,
  { partitions }: CommonInput,
): readonly InputPartition[] {
  const there = new Set<string>();
  for (const [partition, topic] of topicOf.entries()) {
    const replicas = brokerOf.subarray(firstReplica[partition], firstReplica[partition + 1]);
    if (replicas.includes(0)) there.add(`${topics[topic] ?? ''}-${numberOf[partition] ?? ''}`);
  }
  return partitions.filter(({ topic, partition }) => there.has(`${topic}-${partition}`));
}

/** Each carries from nothing up to `most` times what it did. */
function withOtherLoads(partitions: readonly InputPartition[], most: number): readonly PartitionChange[] {
  const uniform = uniformNumbers(1);
  return partitions.map(({ topic, partition, size, nwIn, nwOut, cpu }) => {
    const factor = most * uniform();
    return {
      topic,
      partition,
      loads: { disk: size * factor, nwIn: nwIn * factor, nwOut: nwOut * factor, cpu: cpu * factor },
    };
  });
}
