import { FIELD_OWNERS } from '../../contracts/field-owners.ts';
import type { MaintenanceSpec } from '../../contracts/gen/psc-types.ts';
import { pscNamespace } from '../../contracts/names.ts';
import { objectPath } from '../../operators/psc/kubernetes/kinds.ts';
import { portWrites } from '../../operators/psc/kubernetes/port-writes.ts';
import { ConflictError, RefusedError } from '../../operators/psc/ports.ts';
import { onePsc, type PscCluster } from '../psc/psc-cluster.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/**
 * Changes what people ask of a PSC (`spec.maintenance`), and leaves the rest of it. Somebody else's change meanwhile is not lost:
 * theirs is read, and this one made again on top.
 *
 * @throws UserError when others change it all the time, or the API server refuses
 */
export async function changeMaintenance(
  cluster: PscCluster,
  name: string,
  change: (before: MaintenanceSpec) => MaintenanceSpec,
): Promise<MaintenanceSpec> {
  const writes = portWrites(cluster.api);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { apiVersion, kind, metadata, spec } = await onePsc(cluster, name);
    const maintenance = neverEmpty(change(spec.maintenance ?? {}));
    const { namespace = pscNamespace(name), uid, resourceVersion } = metadata;
    const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, spec: { maintenance } };
    try {
      await writes.writeExisting({
        method: 'PATCH',
        path: objectPath(object),
        query: { fieldManager: FIELD_OWNERS.maintenance, force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: object,
      });
      return maintenance;
    } catch (error) {
      if (error instanceof RefusedError) throw refused(name, error);
      // The operator writes its status in between.
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  throw new UserError(`PSC ${name} is being changed all the time`, { hint: 'try it again in a moment' });
}

const MAX_TRIES = 20;

/** With these names in one of its lists, or without them. */
export function withNames(
  before: MaintenanceSpec,
  list: 'drain' | 'excludedTopics',
  names: readonly string[],
  undo: boolean,
): MaintenanceSpec {
  const { [list]: there = [], ...others } = before;
  const after = undo ? there.filter((name) => !names.includes(name)) : [...new Set([...there, ...names])];
  return after.length === 0 ? others : { ...others, [list]: after };
}

/** Server-side apply leaves `null` where an object has lost its last field, and that is no object to the schema. */
function neverEmpty(maintenance: MaintenanceSpec): MaintenanceSpec {
  return Object.keys(maintenance).length === 0 ? { balancing: 'On' } : maintenance;
}

function refused(name: string, error: RefusedError): UserError {
  return new UserError(`the API server refuses the change of PSC ${name}: ${error.message}`, {
    hint: 'see whether you may change PSCs there (spec.maintenance)',
    exitCode: EXIT_CODES.environment,
    cause: error,
  });
}
