import type { CloudRule } from '../cloud-rule.ts';
import { BUCKET_ACCESS_RULES } from './bucket-access.ts';
import { BUCKET_DATA_RULES } from './bucket-data.ts';
import { BUCKET_TIME_RULES } from './bucket-times.ts';
import { DATABASE_CARE_RULES } from './database-care.ts';
import { DATABASE_RULES } from './database.ts';
import { ESTATE_RULES } from './estate.ts';
import { IDENTITY_RULES } from './identities.ts';
import { IDENTITY_REACH_RULES } from './identity-reach.ts';
import { KEY_RULES } from './keys.ts';
import { KUBERNETES_ACCESS_RULES } from './kubernetes-access.ts';
import { KUBERNETES_NODE_RULES } from './kubernetes-nodes.ts';
import { KUBERNETES_POD_RULES } from './kubernetes-pods.ts';
import { NETWORK_RULES } from './network.ts';
import { SECRET_RULES } from './secrets.ts';

/** Every rule over cloud resources, in the order in which people read them. */
export const CLOUD_RULES: readonly CloudRule[] = [
  ...BUCKET_ACCESS_RULES,
  ...BUCKET_DATA_RULES,
  ...BUCKET_TIME_RULES,
  ...KEY_RULES,
  ...SECRET_RULES,
  ...KUBERNETES_ACCESS_RULES,
  ...KUBERNETES_NODE_RULES,
  ...KUBERNETES_POD_RULES,
  ...DATABASE_RULES,
  ...DATABASE_CARE_RULES,
  ...IDENTITY_RULES,
  ...IDENTITY_REACH_RULES,
  ...NETWORK_RULES,
  ...ESTATE_RULES,
];
