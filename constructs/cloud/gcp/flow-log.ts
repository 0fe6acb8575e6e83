import { interpolate } from '@pulumi/pulumi';
import type { CustomResourceOptions, Input } from '@pulumi/pulumi';
import { ProjectSink } from '@pulumi/gcp/logging/projectSink.js';
import { BucketIAMMember } from '@pulumi/gcp/storage/bucketIAMMember.js';
import type { RegionPlace } from '../region-args.ts';

export interface FlowLogArgs {
  readonly region: RegionPlace;
  readonly subnetName: Input<string>;
  readonly logBucket: Input<string>;
  readonly options: CustomResourceOptions;
}

/**
 * Carries a subnet's flow logs into the region's log bucket, in a folder of their own
 * (`compute.googleapis.com/vpc_flows/`), for Cloud Logging keeps them for 30 days only
 * (cloud.google.com/logging/quotas#logs_retention_periods).
 */
export function logFlows(name: string, { region, subnetName, logBucket, options }: FlowLogArgs): void {
  const sink = new ProjectSink(
    `${name}-flow-log`,
    {
      project: region.account,
      description: 'Flow logs of the nodes',
      destination: interpolate`storage.googleapis.com/${logBucket}`,
      filter: interpolate`log_id("compute.googleapis.com/vpc_flows") AND resource.type="gce_subnetwork" AND resource.labels.subnetwork_name="${subnetName}"`,
      uniqueWriterIdentity: true,
    },
    options,
  );
  new BucketIAMMember(
    `${name}-flow-log-writer`,
    { bucket: logBucket, role: 'roles/storage.objectCreator', member: sink.writerIdentity },
    options,
  );
}
