import type { DataPlane } from '../../../contracts/data-plane.ts';
import type { ConnectSpec, PhysicalStatefulCluster } from '../../../contracts/gen/psc-types.ts';
import { type ClientView, clientView, clientViolations } from '../client/client-view.ts';
import { InvalidPscError, otherKindError } from '../kafka/invalid-psc-error.ts';
import { connectorViolations, secretViolations, workerConfigViolations } from './connector-rules.ts';

/** What every rendered object of one Connect cluster is a function of. */
export interface ConnectView extends ClientView {
  readonly kind: 'connect';
  readonly connect: ConnectSpec;
}

/**
 * A PSC of kind `connect` as one data plane sees it.
 *
 * @throws InvalidPscError naming everything that contradicts the data plane or the platform's settings
 */
export function viewConnect(psc: PhysicalStatefulCluster, dataPlane: DataPlane): ConnectView {
  const { connect } = psc.spec;
  if (connect === undefined) throw otherKindError(psc.metadata.name, 'connect', 'Connect');
  const violations = [
    ...clientViolations(psc, connect.kafka, dataPlane),
    ...workerConfigViolations(connect.config ?? {}),
    ...secretViolations(connect.secrets ?? []),
    ...(connect.connectors ?? []).flatMap((connector) => connectorViolations(connector, connect.secrets ?? [])),
  ];
  if (violations.length > 0) throw new InvalidPscError(psc.metadata.name, violations);
  return { ...clientView('connect', connect.kafka, psc, dataPlane), kind: 'connect', connect };
}
