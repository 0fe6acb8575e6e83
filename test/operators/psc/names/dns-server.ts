import { createSocket, type Socket } from 'node:dgram';

/** A record of the zone, by its owner's name. */
export type ZoneRecord =
  { readonly type: 'A'; readonly address: string } | { readonly type: 'CNAME' | 'NS'; readonly target: string };

/** How a server behaves to every question. */
export type Behavior = 'answers' | 'silent' | 'refuses';

/** A name server for tests, on a free port of the loopback. Answers by what its records are at the moment of the question. */
export interface DnsServer {
  /** `address:port`. */
  readonly address: string;
  readonly records: Map<string, readonly ZoneRecord[]>;
  behavior: Behavior;
  /** Names that it was asked for, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    records: new Map(),
    behavior: 'answers',
    asked: [],
    close: async () => {
      await new Promise<void>((resolve) => {
        socket.close(resolve);
      });
    },
  };
  serve(socket, server);
  return server;
}

const TYPES = { A: 1, NS: 2, CNAME: 5 } as const satisfies Record<ZoneRecord['type'], number>;
const HEADER_BYTES = 12;
/** An authoritative answer to a question (RFC 1035, section 4.1.1). */
const ANSWER_FLAGS = 0x8400;
const NAME_ERROR = 3;
const REFUSED = 5;

function serve(socket: Socket, server: DnsServer): void {
  socket.on('message', (message, { port, address }) => {
    const { name, type, end } = readQuestion(message);
    server.asked.push(name);
    if (server.behavior === 'silent') return;
    const isRefused = server.behavior === 'refuses';
    const answers = isRefused ? [] : answersTo(server.records, name, type);
    const code = isRefused ? REFUSED : server.records.has(name) ? 0 : NAME_ERROR;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt16BE(message.readUInt16BE(0), 0);
    header.writeUInt16BE(ANSWER_FLAGS | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    socket.send(Buffer.concat([header, message.subarray(HEADER_BYTES, end), ...answers]), port, address);
  });
}

/** As a zone's server does: with what an alias leads to, as far as the zone goes. */
function answersTo(zone: DnsServer['records'], name: string, type: number, depth = 0): readonly Buffer[] {
  if (depth > MAX_ALIASES) return [];
  return (zone.get(name) ?? []).flatMap((record) => {
    if (TYPES[record.type] === type) return [encode(name, record)];
    if (record.type === 'CNAME') return [encode(name, record), ...answersTo(zone, record.target, type, depth + 1)];
    return [];
  });
}

const MAX_ALIASES = 8;

function encode(name: string, record: ZoneRecord): Buffer {
  const data = record.type === 'A' ? Buffer.from(record.address.split('.').map(Number)) : encodeName(record.target);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[record.type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(TTL_SECONDS, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fixed, data]);
}

const TTL_SECONDS = 300;

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function readQuestion(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}
