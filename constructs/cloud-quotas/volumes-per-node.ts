import { findInstanceClass } from '../capacity/catalogue/index.ts';
import type { PublicCloud } from '../cloud/region-args.ts';
import type { CloudQuota } from './cloud-quota.ts';
import type { QuotaCounts } from './quota-counts.ts';

/** One quota for each instance class of a region: volumes that its nodes take, as the capacity catalogue has them. */
export function volumesPerNodeQuotas(cloud: PublicCloud, { volumesPerNode }: QuotaCounts): readonly CloudQuota[] {
  return volumesPerNode.map(({ instanceClass, volumes, limit }): CloudQuota => {
    const machine = findInstanceClass(cloud, instanceClass);
    if (machine === undefined) throw new Error(`the catalogue of ${cloud} has no ${instanceClass}`);
    return {
      name: `Volumes on a node of ${instanceClass}`,
      scope: 'node',
      limit,
      raisable: { kind: 'no' },
      uses: () => ({ platform: volumes, perTenant: 0 }),
      beyond: 'CPU and memory of a node end before: the autoscaler brings another node',
      source: machine.source,
      lookedUpOn: machine.lookedUpOn,
      remark: "The capacity catalogue's figure. Taken: as many controllers, one volume each, as a node has room for.",
    };
  });
}
