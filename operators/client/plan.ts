import type { Plan, Removal } from '../psc/plan.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import type { ConnectorConfig } from './observed.ts';
import type { AccessRotation } from './ports.ts';

/** What one pass over a client cluster does and says. */
export interface ClientPlan extends Plan<ClientWrite> {
  /**
   * Asked of Connect, in order, once the status is stored: it knows of a connector before that is made, and counts a restart
   * before it happens. Who comes after a crash then takes nothing for somebody else's, and restarts nothing too soon.
   */
  readonly calls: readonly ConnectCall[];
}

/** One idempotent write in Kubernetes, or in its Kafka. */
export type ClientWrite =
  | { readonly kind: 'apply'; readonly object: KubernetesObject }
  | Removal
  | { readonly kind: 'set-finalizer'; readonly finalizer: 'present' | 'absent' }
  | { readonly kind: 'grant-access' }
  /** Takes a step towards another password of its user. */
  | { readonly kind: 'rotate-access'; readonly rotation: AccessRotation }
  /** Tells its Kafka of the next login. */
  | { readonly kind: 'announce-access'; readonly mark: string }
  | { readonly kind: 'event'; readonly type: 'Normal'; readonly reason: string; readonly message: string }
  | { readonly kind: 'revoke-access' };

/** One idempotent change of a Connect cluster. */
export type ConnectCall =
  | {
      readonly kind: 'create-connector';
      readonly connector: ConnectorConfig;
      readonly state: 'running' | 'paused';
    }
  | { readonly kind: 'configure-connector'; readonly connector: ConnectorConfig }
  | { readonly kind: 'pause-connector'; readonly name: string }
  | { readonly kind: 'resume-connector'; readonly name: string }
  | { readonly kind: 'restart-connector'; readonly name: string }
  | { readonly kind: 'remove-connector'; readonly name: string };

/** Whom a call is about. */
export function subjectOf(call: ConnectCall): string {
  return 'connector' in call ? call.connector.name : call.name;
}
