import { setCondition, CONDITION_TYPES, findCondition } from '../../../contracts/conditions.ts';
import { FIELD_OWNERS } from '../../../contracts/field-owners.ts';
import type { BalanceStatus } from '../../../contracts/gen/psc-types.ts';
import { pscNamespace } from '../../../contracts/names.ts';
import { objectPath } from '../../psc/kubernetes/kinds.ts';
import { portWrites } from '../../psc/kubernetes/port-writes.ts';
import type { StoredPsc } from '../../psc/observed.ts';
import type { ApiServer } from '../../runtime/api-server.ts';
import { balancingCondition } from './balance-report.ts';

/**
 * Writes the balancer's part of a PSC's status, with its condition, if the PSC is still as it was looked at.
 *
 * @returns the PSC as it is stored then
 * @throws ConflictError when it is not
 */
export function statusStore(
  api: ApiServer,
  wallMs: () => number,
): (psc: StoredPsc, balance: BalanceStatus) => Promise<StoredPsc> {
  const writes = portWrites(api);
  return async (psc, balance) => {
    const { apiVersion, kind, metadata, status } = psc;
    const { name, namespace = pscNamespace(name), uid, resourceVersion, generation } = metadata;
    const own = findCondition(status?.conditions, CONDITION_TYPES.balancing);
    const conditions = setCondition(
      own === undefined ? [] : [own],
      balancingCondition(balance, generation),
      new Date(wallMs()),
    );
    const object = {
      apiVersion,
      kind,
      metadata: { name, namespace, uid, resourceVersion },
      status: { balance, conditions },
    };
    const stored = await writes.writeExisting({
      method: 'PATCH',
      path: `${objectPath(object)}/status`,
      query: { fieldManager: FIELD_OWNERS.balancer, force: 'true' },
      contentType: 'application/apply-patch+yaml',
      body: object,
    });
    return stored as StoredPsc;
  };
}
