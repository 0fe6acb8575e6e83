import { LINK_CUTS, type LinkCut } from './links.ts';
import type { PodRef } from './pods.ts';

/** Something that was broken on purpose, with all that mending it takes. */
export type Fault =
  /** The node lost its power, and nobody answers in its place. */
  | { readonly kind: 'zone-down'; readonly zone: string }
  /** The node's processes are gone; its network refuses connections. */
  | { readonly kind: 'crash-node'; readonly zone: string }
  /** The node runs, and no packet reaches it, or leaves it, or neither. */
  | { readonly kind: LinkCut; readonly zone: string }
  | { readonly kind: 'slow-link'; readonly zone: string; readonly megabitsPerSecond: number }
  | { readonly kind: 'pause'; readonly pod: PodRef; readonly uid: string }
  | { readonly kind: 'fill-disk'; readonly pod: PodRef; readonly zone: string; readonly file: string }
  | { readonly kind: 'object-store-down'; readonly replicas: number };

/** Name of a fault: one of a name is there at a time. As in `cut-link local-b`. */
export function faultName(fault: Fault): string {
  switch (fault.kind) {
    case 'zone-down':
    case 'crash-node':
    case 'cut-link':
    case 'mute-link':
    case 'deaf-link':
    case 'slow-link':
      return `${fault.kind} ${fault.zone}`;
    case 'pause':
    case 'fill-disk':
      return `${fault.kind} ${fault.pod.namespace}/${fault.pod.name}`;
    case 'object-store-down':
      return fault.kind;
  }
}

/** What is broken, in words for people. */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'zone-down':
      return `zone ${fault.zone} is down: its node was killed, and packets for it vanish`;
    case 'crash-node':
      return `the node of ${fault.zone} was killed: connections to it and its pods are refused`;
    case 'cut-link':
      return `the link of ${fault.zone} is cut: its node runs, packets to and from it vanish`;
    case 'mute-link':
      return `the link of ${fault.zone} is cut one way: its node runs, packets from it vanish`;
    case 'deaf-link':
      return `the link of ${fault.zone} is cut one way: its node runs, packets to it vanish`;
    case 'slow-link':
      return `the link of ${fault.zone} carries at most ${fault.megabitsPerSecond} Mbit/s each way`;
    case 'pause':
      return `${fault.pod.namespace}/${fault.pod.name} stands still: connections to it hang; a failed liveness probe will restart it`;
    case 'fill-disk':
      return `the volume of ${fault.pod.namespace}/${fault.pod.name} is filled up`;
    case 'object-store-down':
      return 'the object store is down: connections to it fail';
  }
}

/** Command that undoes a fault and no other. */
export function undoCommand(fault: Fault): string {
  switch (fault.kind) {
    case 'zone-down':
    case 'crash-node':
      return `./flotilla fault zone-up ${fault.zone}`;
    case 'pause':
      return `./flotilla fault resume ${fault.pod.namespace}/${fault.pod.name}`;
    case 'object-store-down':
      return './flotilla fault object-store-up';
    case 'cut-link':
    case 'mute-link':
    case 'deaf-link':
    case 'slow-link':
    case 'fill-disk':
      return `./flotilla fault heal ${faultName(fault)}`;
  }
}

/** Order to undo faults in: links first, for nodes need them; then nodes, for what happened on them is undone there. */
export function healingOrder(faults: readonly Fault[]): readonly Fault[] {
  const rank = (fault: Fault): number => HEALING_ORDER.indexOf(fault.kind);
  return faults.toSorted((one, other) => rank(one) - rank(other));
}

/** Whether a zone's node is meant to be off by any of the faults. */
export function keepsNodeOff(faults: readonly Fault[], zone: string): boolean {
  return faults.some((fault) => (fault.kind === 'zone-down' || fault.kind === 'crash-node') && fault.zone === zone);
}

const HEALING_ORDER: readonly Fault['kind'][] = [
  ...LINK_CUTS,
  'slow-link',
  'zone-down',
  'crash-node',
  'pause',
  'fill-disk',
  'object-store-down',
];
