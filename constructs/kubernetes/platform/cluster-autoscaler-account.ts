import { NAMESPACES } from '../../../contracts/names.ts';

/** Service account of the cluster autoscaler: its role on AWS trusts this one and no other. */
export const CLUSTER_AUTOSCALER = { namespace: NAMESPACES.system, name: 'cluster-autoscaler' } as const;
