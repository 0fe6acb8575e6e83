import { commandIn } from '../host/command.ts';
import { namespaces } from '../network/region-network.ts';
import type { NodeLayout, RegionLayout } from '../region/layout.ts';

/** Why a node's packets are dropped; each has rules of its own, so that undoing one leaves the other. */
export type CutReason = 'zone-down' | LinkCut;

/** How a link is cut while its node runs on; `mute`: nothing of the node arrives, `deaf`: nothing arrives at it. */
export const LINK_CUTS = ['cut-link', 'mute-link', 'deaf-link'] as const;
export type LinkCut = (typeof LINK_CUTS)[number];

/**
 * Rules that drop what comes in at one end of a link, before anything else sees it: whoever sent it is told nothing, as an
 * error on sending or a failed look for the neighbor would. Both ends together are a link that is cut.
 */
export function dropRules(device: string, reason: CutReason): string {
  const table = `netdev ${tableName(reason)}`;
  return `table ${table} {}
delete table ${table}
table ${table} {
  chain cut {
    type filter hook ingress device "${device}" priority -500; policy accept;
    meta protocol { ip, ip6 } drop
  }
}
`;
}

/** Rules in a dead node's namespace that refuse connections to its pods, as a router does that knows they are gone. */
export function refuseRules(podRange: string): string {
  return `table inet ${REFUSE_TABLE} {}
delete table inet ${REFUSE_TABLE}
table inet ${REFUSE_TABLE} {
  chain forward {
    type filter hook forward priority -10; policy accept;
    ip daddr ${podRange} meta l4proto tcp reject with tcp reset
    ip daddr ${podRange} reject
  }
}
`;
}

/** Arguments of tc that bound what one end of a link sends. */
export function rateLimitArgs(device: string, megabitsPerSecond: number): readonly string[] {
  // At least what a tick of 10 ms carries, or the rate is not reached; and never less than some whole packets.
  const burstBytes = Math.max(MIN_BURST_BYTES, Math.ceil((megabitsPerSecond * 1_000_000) / 8 / TICKS_PER_SECOND));
  const rate = `${Math.round(megabitsPerSecond * 1000)}kbit`;
  const filter = ['tbf', 'rate', rate, 'burst', `${burstBytes}b`, 'latency', `${QUEUE_MS}ms`];
  return ['qdisc', 'replace', 'dev', device, 'root', ...filter];
}

/** Makes every packet to and from a node vanish, or one way only; harmless when repeated. */
export async function cutLink(layout: RegionLayout, node: NodeLayout, reason: CutReason): Promise<void> {
  for (const { namespace, device } of cutEnds(layout, node, reason)) {
    await commandIn(namespace, 'nft', ['-f', '-'], { input: dropRules(device, reason) });
  }
}

/** Undoes {@link cutLink} for one reason; harmless when it was not cut. */
export async function restoreLink(layout: RegionLayout, node: NodeLayout, reason: CutReason): Promise<void> {
  for (const { namespace } of await presentEnds(layout, node)) {
    await deleteTable(namespace, `netdev ${tableName(reason)}`);
  }
}

/** Bounds a node's link in both directions; harmless when repeated. */
export async function slowLink(layout: RegionLayout, node: NodeLayout, megabitsPerSecond: number): Promise<void> {
  for (const { namespace, device } of ends(layout, node)) {
    await commandIn(namespace, 'tc', rateLimitArgs(device, megabitsPerSecond));
  }
}

/** Undoes {@link slowLink}; harmless when the link was not slow. */
export async function restoreRate(layout: RegionLayout, node: NodeLayout): Promise<void> {
  for (const { namespace, device } of await presentEnds(layout, node)) {
    const shown = await commandIn(namespace, 'tc', ['qdisc', 'show', 'dev', device]);
    if (shown.includes('qdisc tbf')) await commandIn(namespace, 'tc', ['qdisc', 'del', 'dev', device, 'root']);
  }
}

/** Makes a dead node's network refuse connections to its pods. */
export async function refuseConnections({ namespace, podRange }: NodeLayout): Promise<void> {
  await commandIn(namespace, 'nft', ['-f', '-'], { input: refuseRules(podRange) });
}

/** Undoes {@link refuseConnections}; harmless when nothing was refused. */
export async function acceptConnections(layout: RegionLayout, { namespace }: NodeLayout): Promise<void> {
  if ((await namespaces(layout)).includes(namespace)) await deleteTable(namespace, `inet ${REFUSE_TABLE}`);
}

const REFUSE_TABLE = 'flotilla_crash_node';
const MIN_BURST_BYTES = 32 * 1024;
const TICKS_PER_SECOND = 100;
/** How long a packet may wait in the queue of a slow link before it is dropped. */
const QUEUE_MS = 400;

function tableName(reason: CutReason): string {
  return `flotilla_${reason.replaceAll('-', '_')}`;
}

interface End {
  readonly namespace: string;
  readonly device: string;
}

/** What comes in at the hub's end is what the node has sent. */
function cutEnds(layout: RegionLayout, node: NodeLayout, reason: CutReason): readonly End[] {
  const [hub, own] = ends(layout, node);
  if (reason === 'mute-link') return [hub];
  return reason === 'deaf-link' ? [own] : [hub, own];
}

function ends({ hub }: RegionLayout, node: NodeLayout): readonly [End, End] {
  return [
    { namespace: hub.namespace, device: node.port },
    { namespace: node.namespace, device: 'eth0' },
  ];
}

/** A namespace that is gone has taken its rules along. */
async function presentEnds(layout: RegionLayout, node: NodeLayout): Promise<readonly End[]> {
  const present = await namespaces(layout);
  return ends(layout, node).filter(({ namespace }) => present.includes(namespace));
}

/** Made and removed: nft fails to delete what is not there. */
async function deleteTable(namespace: string, table: string): Promise<void> {
  await commandIn(namespace, 'nft', ['-f', '-'], { input: `table ${table} {}\ndelete table ${table}\n` });
}
