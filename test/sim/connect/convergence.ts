import { isDeepStrictEqual } from 'node:util';
import { CONDITION_TYPES, findCondition } from '../../../contracts/conditions.ts';
import { wantedConnector } from '../../../operators/connect/plan-connectors.ts';
import type { ConnectWorld } from './world.ts';

/** What is left to do, by the true state of the world; undefined when nothing is. */
export function unfinished({ api, group, workers, access }: ConnectWorld): string | undefined {
  const psc = api.storedPsc();
  if (psc === undefined) return 'the PSC is gone';
  const { connectors = [], workers: wanted = 0 } = psc.spec.connect ?? {};
  if (!access.isGranted) return 'Kafka does not know its user';
  if (access.isRotating) return 'its password is being replaced';
  const { passwordsRequestedAt } = psc.spec.maintenance ?? {};
  const madeAtMs = Date.parse(psc.status?.passwords?.madeAt ?? '');
  // Whoever made it may have a clock that is behind, and wishes are told of in whole seconds.
  if (passwordsRequestedAt !== undefined && !(madeAtMs > Date.parse(passwordsRequestedAt) - CLOCKS_MS))
    return 'nobody has replaced its password';
  if (!workers.isSettled() || workers.ready().length !== wanted)
    return `workers ${workers.ready().join()} of ${wanted}`;
  const names = connectors.map(({ name }) => name);
  const stray = group.names().filter((name) => name !== 'foreign' && !names.includes(name));
  if (stray.length > 0) return `connectors ${stray.join()} are there, and nobody wants them`;
  for (const spec of connectors) {
    if (!isDeepStrictEqual(group.configOf(spec.name), wantedConnector(spec).config))
      return `${spec.name} has another config`;
    if (!group.isAllAs(spec.name, spec.paused === true ? 'PAUSED' : 'RUNNING'))
      return `${spec.name} does not run as it shall`;
  }
  const rows = psc.status?.connect?.connectors ?? [];
  if (rows.map(({ name }) => name).join() !== names.join())
    return `the status has rows ${rows.map(({ name }) => name).join()}`;
  if (rows.some(({ restarts }) => restarts !== undefined)) return 'restarts are still counted';
  for (const [type, status] of WANTED) {
    const condition = findCondition(psc.status?.conditions, type);
    if (condition?.status !== status)
      return `condition ${type} is ${condition?.status ?? 'absent'} (${condition?.reason ?? ''})`;
  }
  return undefined;
}

const CLOCKS_MS = 5_000;

const WANTED = [
  [CONDITION_TYPES.ready, 'True'],
  [CONDITION_TYPES.rolling, 'False'],
  [CONDITION_TYPES.stalled, 'False'],
  [CONDITION_TYPES.reconciling, 'False'],
] as const;
