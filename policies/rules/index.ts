import type { Rule } from '../rule.ts';
import { AVAILABILITY_RULES } from './availability.ts';
import { IMAGE_RULES } from './images.ts';
import { KAFKA_CONFIG_RULES } from './kafka-config.ts';
import { KAFKA_WORKLOAD_RULES } from './kafka-workloads.ts';
import { NAMESPACE_RULES } from './namespaces.ts';
import { NETWORK_RULES } from './network.ts';
import { POD_ISOLATION_RULES } from './pod-isolation.ts';
import { POD_PRIVILEGE_RULES } from './pod-privileges.ts';
import { PSC_RULES } from './psc.ts';
import { RBAC_RULES } from './rbac.ts';
import { RESOURCE_RULES } from './resources.ts';
import { SECRET_RULES } from './secrets.ts';
import { STORAGE_RULES } from './storage.ts';

/** Every rule, in the order in which people read them. */
export const RULES: readonly Rule[] = [
  ...POD_ISOLATION_RULES,
  ...POD_PRIVILEGE_RULES,
  ...IMAGE_RULES,
  ...RESOURCE_RULES,
  ...AVAILABILITY_RULES,
  ...STORAGE_RULES,
  ...KAFKA_CONFIG_RULES,
  ...KAFKA_WORKLOAD_RULES,
  ...RBAC_RULES,
  ...NAMESPACE_RULES,
  ...NETWORK_RULES,
  ...SECRET_RULES,
  ...PSC_RULES,
];

export const RULE_IDS: ReadonlySet<string> = new Set(RULES.map(({ id }) => id));
