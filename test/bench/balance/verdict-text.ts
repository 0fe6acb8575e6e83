import { table } from '../../../cli/table.ts';
import type { Plan } from '../../../operators/balancer/plan/plan.ts';
import type { CommonOutput } from './common-format.ts';
import { JUDGED, type Verdict } from './judge.ts';

/** The judge's table for people, with what the plan could not do. */
export function verdictText(verdict: Verdict, { cpuMs, buildMs }: CommonOutput, { unmet }: Plan): string {
  const { before, after } = verdict;
  const rows = JUDGED.map((column) => {
    const [was, is] = [before.columns[column], after.columns[column]];
    return [
      column,
      was.cv.toFixed(3),
      is.cv.toFixed(3),
      was.maxOverMean.toFixed(2),
      is.maxOverMean.toFixed(2),
      is.minOverMean.toFixed(2),
    ];
  });
  return [
    table(['', 'CV before', 'CV after', 'max/mean before', 'max/mean after', 'min/mean after'], rows),
    '',
    `${verdict.replicaMoves} replica moves (${verdict.movesToNonNew} onto brokers that are not new), ${verdict.leaderChanges} leader changes,` +
      ` ${(verdict.movedMb / 1000).toFixed(1)} GB moved (${verdict.movedPercentOfData.toFixed(2)} % of the data)`,
    `rack violations ${before.rackViolations} ▶ ${after.rackViolations}, offline replicas ${before.offlineReplicas} ▶ ${after.offlineReplicas},` +
      ` topic spread ${before.topicSpread.toFixed(2)} ▶ ${after.topicSpread.toFixed(2)}`,
    `CPU: model ${buildMs.toFixed(0)} ms, plan ${cpuMs.toFixed(0)} ms`,
    ...unmet.map(({ goal, message }) => `not met: ${goal}: ${message}`),
  ].join('\n');
}
