import { describeRegionOnEngine } from './region-on-engine.ts';

describeRegionOnEngine({
  stack: 'gcp-us-central1',
  sdk: '@pulumi/gcp',
  middle: 'gcp:container/cluster:Cluster',
  data: { type: 'gcp:storage/bucket:Bucket', tags: 'labels' },
  newZone: { zone: 'us-central1-f', updates: ['gcp:compute/routerNat:RouterNat'] },
});
