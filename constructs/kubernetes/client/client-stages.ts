import type { KubernetesObject } from '../../../contracts/kubernetes-object.ts';

/** Stages in which the operator applies the objects of a Connect or ksqlDB cluster. */
export const CLIENT_STAGES = ['network', 'config', 'volumes', 'pods'] as const;

/** Objects of one cluster by stage. All lie in the PSC's own namespace, and go with it by owner references; claims stay. */
export type ClientStages = Readonly<Record<(typeof CLIENT_STAGES)[number], readonly KubernetesObject[]>>;
