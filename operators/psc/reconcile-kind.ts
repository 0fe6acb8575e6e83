import type { DataPlane } from '../../contracts/data-plane.ts';
import { clientParts } from '../client/client-parts.ts';
import type { ClientPorts } from '../client/ports.ts';
import { reconcileClient } from '../client/reconcile-client.ts';
import { reconcile, type ReconcilePorts, type ReconcileResult } from './reconcile.ts';

/** What passes over PSCs need, whatever their kinds. */
export type KindPorts = ReconcilePorts & Pick<ClientPorts, 'access' | 'connect'>;

/** One pass over one PSC, by what it is. A PSC keeps its kind. */
export async function reconcileKind(
  psc: string,
  ports: KindPorts,
  options: { readonly dataPlane: DataPlane },
): Promise<ReconcileResult> {
  const stored = ports.cluster.cached(psc)?.psc;
  const isClient = stored !== undefined && clientParts(stored) !== undefined;
  return isClient ? await reconcileClient(psc, ports, options) : await reconcile(psc, ports, options);
}
