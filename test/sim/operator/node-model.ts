/** A machine in one zone. */
export interface NodeModel {
  readonly name: string;
  readonly zone: string;
  isUp: boolean;
  isCordoned: boolean;
}

const NODES_PER_ZONE = 2;

export function makeNodes(zones: readonly string[]): readonly NodeModel[] {
  return zones.flatMap((zone) =>
    Array.from({ length: NODES_PER_ZONE }, (_, index) => ({
      name: `node-${zone}-${index}`,
      zone,
      isUp: true,
      isCordoned: false,
    })),
  );
}
