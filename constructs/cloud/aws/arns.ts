import type { RegionPlace } from '../region-args.ts';

// Regions that the project knows (constructs/capacity/zones.ts) are all of this partition.
const PARTITION = 'arn:aws';

export function bucketArn(bucket: string): string {
  return `${PARTITION}:s3:::${bucket}`;
}

/** ARN of a role; `path` begins and ends with a slash. */
export function roleArn({ account }: RegionPlace, role: { readonly path: string; readonly name: string }): string {
  return `${PARTITION}:iam::${account}:role${role.path}${role.name}`;
}

/** Everybody in an account whom the account's own policies let. */
export function accountArn({ account }: Pick<RegionPlace, 'account'>): string {
  return `${PARTITION}:iam::${account}:root`;
}

/** The key itself; an alias is none, for it can be pointed at another key under the data. */
export const KEY_ARN =
  /^arn:aws:kms:(?<region>[a-z0-9-]+):\d{12}:key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
