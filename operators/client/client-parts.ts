import { type ClientKind } from '../../constructs/kubernetes/client/client-view.ts';
import type { ClientStages } from '../../constructs/kubernetes/client/client-stages.ts';
import type { LoginSet } from '../../constructs/kubernetes/kafka/secrets.ts';
import { renderConnect } from '../../constructs/kubernetes/connect/connect-cluster.ts';
import { renderKsqlDb } from '../../constructs/kubernetes/ksqldb/ksqldb-cluster.ts';
import type { DataPlane } from '../../contracts/data-plane.ts';
import type { StoredPsc } from '../psc/observed.ts';

/** What the planner has to know of a kind. */
export interface ClientParts {
  readonly kind: ClientKind;
  /** PSC of its Kafka. */
  readonly kafka: string;
  readonly replicas: number;
}

/** Undefined for a PSC that is no client of a Kafka PSC. */
export function clientParts({ spec: { connect, ksqldb } }: StoredPsc): ClientParts | undefined {
  if (connect !== undefined) return { kind: 'connect', kafka: connect.kafka, replicas: connect.workers };
  if (ksqldb !== undefined) return { kind: 'ksqldb', kafka: ksqldb.kafka, replicas: ksqldb.nodes };
  return undefined;
}

/** Rendering is most of a pass: what was made of a spec is kept for as long as somebody holds that spec. */
const RENDERED = new WeakMap<object, Rendered>();

interface Rendered {
  readonly dataPlane: DataPlane;
  readonly login: LoginSet;
  readonly stages: ClientStages;
}

/** @throws InvalidPscError when the PSC contradicts the data plane or itself */
export function renderClient(
  psc: StoredPsc,
  { kind }: ClientParts,
  dataPlane: DataPlane,
  login: LoginSet,
): ClientStages {
  const kept = RENDERED.get(psc.spec);
  if (kept?.dataPlane === dataPlane && kept.login === login) return kept.stages;
  const render = kind === 'connect' ? renderConnect : renderKsqlDb;
  const stages = render(psc, dataPlane, login);
  RENDERED.set(psc.spec, { dataPlane, login, stages });
  return stages;
}
