/** One pod of a Kafka cluster and the zone that its volume lives in. */
export interface PlacedPod {
  readonly name: string;
  readonly ordinal: number;
  readonly zone: string;
}

/** Number of a pod, or of its volume claim, among those of its role. */
export function ordinalOf(pod: string): number {
  return Number(pod.slice(pod.lastIndexOf('-') + 1));
}
