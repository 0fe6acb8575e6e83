import { describeRegionOnEngine } from './region-on-engine.ts';

describeRegionOnEngine({
  stack: 'aws-us-west-2',
  sdk: '@pulumi/aws',
  middle: 'aws:eks/cluster:Cluster',
  data: { type: 'aws:s3/bucket:Bucket', tags: 'tags' },
  newZone: { zone: 'us-west-2d', updates: ['aws:eks/addon:Addon', 'aws:rds/subnetGroup:SubnetGroup'] },
});
