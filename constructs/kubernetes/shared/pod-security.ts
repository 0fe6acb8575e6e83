import type { PodSecurityContext, SecurityContext } from 'cdk8s-plus-27/lib/imports/k8s.js';

/** User and group that all images of ours run as. */
export const RUN_AS_ID = 10_001;

/** What the restricted Pod Security standard asks of a pod, with files owned by `RUN_AS_ID`. */
export const RESTRICTED_POD: PodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: RUN_AS_ID,
  runAsGroup: RUN_AS_ID,
  fsGroup: RUN_AS_ID,
  // Changing the owner of every file of a large volume would hold up each start.
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
};

/** What the restricted Pod Security standard asks of a container, and a read-only root besides. */
export const RESTRICTED_CONTAINER: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
