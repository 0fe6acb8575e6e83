import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { KsqlDbSpec, PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { type ClientView, clientView, clientViolations } from '../client/client-view.ts';
import { InvalidPscError, otherKindError, type PscViolation } from '../kafka/invalid-psc-error.ts';

/** What every rendered object of one ksqlDB cluster is a function of. */
export interface KsqlDbView extends ClientView {
  readonly kind: 'ksqldb';
  readonly ksqldb: KsqlDbSpec;
  /** Zones that the nodes are dealt out over, in turn. */
  readonly zones: readonly string[];
}

/**
 * A PSC of kind `ksqldb` as one data plane sees it.
 *
 * @throws InvalidPscError naming everything that contradicts the data plane or the platform's settings
 */
export function viewKsqlDb(psc: PhysicalStatefulCluster, dataPlane: DataPlane): KsqlDbView {
  const { ksqldb, zones } = psc.spec;
  if (ksqldb === undefined) throw otherKindError(psc.metadata.name, 'ksqldb', 'ksqlDB');
  const violations = [
    ...clientViolations(psc, ksqldb.kafka, dataPlane),
    ...zones.filter((zone) => !dataPlane.zones.includes(zone)).map((zone) => strayZone(zone, dataPlane)),
    ...Object.keys(ksqldb.config ?? {}).flatMap(configViolation),
    ...growthViolations(ksqldb),
  ];
  if (violations.length > 0) throw new InvalidPscError(psc.metadata.name, violations);
  return { ...clientView('ksqldb', ksqldb.kafka, psc, dataPlane), kind: 'ksqldb', ksqldb, zones };
}

function strayZone(zone: string, { zones }: DataPlane): PscViolation {
  return {
    field: 'spec.zones',
    value: zone,
    rule: `the data plane has the zones ${zones.join(', ')}`,
    remedy: 'Name only these',
  };
}

function growthViolations({ storage: { growthLimitGib = 0 } }: KsqlDbSpec): readonly PscViolation[] {
  if (growthLimitGib === 0) return [];
  return [
    {
      field: 'spec.ksqldb.storage.growthLimitGib',
      value: String(growthLimitGib),
      rule: 'nobody says how full the volumes of ksqlDB are, so that none grows by itself',
      remedy: 'Remove it, and raise sizeGib when it is time',
    },
  ];
}

function configViolation(key: string): readonly PscViolation[] {
  if (!OWNED.some((pattern) => pattern.test(key))) return [];
  return [
    {
      field: `spec.ksqldb.config[${JSON.stringify(key)}]`,
      value: 'set',
      rule: 'the platform owns this setting',
      remedy: 'Remove it: it follows from the rest of the PSC',
    },
  ];
}

/** Settings of the group, of where it is reached, of its volumes, and of how it comes to its Kafka. */
const OWNED: readonly RegExp[] = [
  /^(ksql\.streams\.)?(bootstrap\.servers|security|sasl|ssl)(\.|$)/,
  /^(listeners|ksql\.advertised\.listener|ksql\.internal\.listener|ksql\.service\.id)$/,
  /^(ksql\.streams\.)?state\.dir$/,
];
