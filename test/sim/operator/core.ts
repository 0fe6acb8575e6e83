import { reconcile } from '../../../operators/psc/reconcile.ts';
import type { Reconcile } from './operator-process.ts';

/** The operator's core as it is. */
export const CORE: Reconcile = (psc, ports, options) => reconcile(psc, ports, options);
