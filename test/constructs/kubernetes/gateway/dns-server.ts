import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** A DNS server that knows some names and remembers what it was asked. */
export interface DnsServer {
  /** `address:port`. */
  readonly endpoint: string;
  /** Name ▶ IPv4 address; may change while the server runs. */
  readonly records: Map<string, string>;
  readonly asked: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Answers A questions for the known names, and NXDOMAIN to all others. */
export async function serveDns(address: string): Promise<DnsServer> {
  const records = new Map<string, string>();
  const asked = new Set<string>();
  const socket = createSocket('udp4');
  socket.on('message', (query, { address: from, port }) => {
    const { name, end } = readName(query);
    asked.add(name);
    socket.send(answer(query.subarray(0, end + 4), records.get(name)), port, from);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, address, resolve);
  });
  const { port } = socket.address() satisfies AddressInfo;
  return {
    endpoint: `${address}:${port}`,
    records,
    asked,
    close: () =>
      new Promise((resolve) => {
        socket.close(() => {
          resolve();
        });
      }),
  };
}

const HEADER_BYTES = 12;

/** The name of the first question, and where it ends (RFC 1035, 4.1.2). */
function readName(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}

/** `question` is the query's header and its one question. */
function answer(question: Buffer, address: string | undefined): Buffer {
  const response = Buffer.from(question);
  // Response, recursion available; NXDOMAIN where there is no address.
  response.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
  [1, address === undefined ? 0 : 1, 0, 0].forEach((count, index) => response.writeUInt16BE(count, 4 + 2 * index));
  if (address === undefined) return response;
  const record = Buffer.from([0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([response, record]);
}
