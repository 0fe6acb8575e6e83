import type { ManagementPolicy } from '@pulumi/azure-native/storage/managementPolicy.js';
import type { Unwrap } from '@pulumi/pulumi';

/** Rules of a storage account's lifecycle, as plain values. */
export type LifecycleRules = Unwrap<ConstructorParameters<typeof ManagementPolicy>[1]['policy']>['rules'];
