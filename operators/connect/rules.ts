import { isMaintenanceTime } from '../../contracts/maintenance-windows.ts';
import { clientPasswordStep } from '../client/plan-client-passwords.ts';
import { leaving } from './plan-connectors.ts';
import { decideRestart } from './restarts.ts';

/**
 * Decisions on which safety and quiet rest, in one place: the simulation replaces one at a time by a wrong one and shows that an
 * invariant notices.
 */
export interface ConnectRules {
  readonly decideRestart: typeof decideRestart;
  readonly leaving: typeof leaving;
  readonly isMaintenanceTime: typeof isMaintenanceTime;
  readonly passwordStep: typeof clientPasswordStep;
}

export const CONNECT_RULES: ConnectRules = {
  decideRestart,
  leaving,
  isMaintenanceTime,
  passwordStep: clientPasswordStep,
};
