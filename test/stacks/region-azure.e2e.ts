import { azureComputed } from '../doubles/azure-computed.ts';
import { describeRegionOnEngine } from './region-on-engine.ts';

// No region of Azure has a fourth zone to add.
describeRegionOnEngine({
  stack: 'azure-westeurope',
  sdk: '@pulumi/azure-native',
  middle: 'azure-native:containerservice:ManagedCluster',
  data: { type: 'azure-native:storage:StorageAccount', tags: 'tags' },
  computed: azureComputed,
});
