/** Something that is there all month and that a cloud may charge for. */
export interface Item {
  /** What a price file names it by, as in `aws.instance.m7i.4xlarge`. */
  readonly key: string;
  /** For people, as in `NAT gateways`. */
  readonly what: string;
  /** How much of it there is at any time. */
  readonly quantity: number;
  /** What one of it is, as in `node`, `GiB`, `IOPS`. */
  readonly unit: string;
}

/** Whom items are for; what is for all tenants of a region or of a Kubernetes cluster is shared. */
export type ItemOwner =
  | { readonly kind: 'region' }
  | { readonly kind: 'cluster'; readonly cluster: string }
  | { readonly kind: 'mothership'; readonly cluster: string }
  | { readonly kind: 'tenant'; readonly tenant: string; readonly cluster: string };

export interface ItemGroup {
  readonly owner: ItemOwner;
  readonly items: readonly Item[];
}

/** One item for each key, quantities added up; nothing of what there is none of. */
export function mergeItems(items: readonly Item[]): readonly Item[] {
  return [...Map.groupBy(items, ({ key }) => key).values()].flatMap((same) => {
    const [first] = same;
    const quantity = same.reduce((sum, item) => sum + item.quantity, 0);
    return first === undefined || quantity === 0 ? [] : [{ ...first, quantity }];
  });
}
