import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A span as a collector sees it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at the root. */
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Message of a failure. */
  readonly error?: string;
  readonly service: unknown;
}

/** What a collector is to its senders: takes ExportTraceServiceRequests over HTTP in protobuf, on loopback. */
export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  readonly requests: readonly { readonly path: string; readonly contentType: string }[];
  readonly close: () => Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: { path: string; contentType: string }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', contentType: request.headers['content-type'] ?? '' });
      spans.push(...spansIn(Buffer.concat(parts)));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** Numbers of fields in opentelemetry/proto/{collector/trace,trace,common,resource}/v1. */
function spansIn(request: Uint8Array): readonly ReceivedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const service = attributesIn(messages(resourceSpans, 1)[0] ?? EMPTY, 1)['service.name'];
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => {
        const status = messages(span, 15)[0] ?? EMPTY;
        const isError = numbers(status, 3)[0] === 2n;
        return {
          name: text(span, 5),
          traceId: hex(span, 1),
          spanId: hex(span, 2),
          parentSpanId: hex(span, 4),
          attributes: attributesIn(span, 9),
          service,
          ...(isError ? { error: text(status, 2) } : {}),
        };
      });
  });
}

const EMPTY = new Uint8Array();

function attributesIn(message: Uint8Array, field: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    messages(message, field).map((pair) => {
      const value = messages(pair, 2)[0] ?? EMPTY;
      const [flag] = numbers(value, 2);
      const [integer] = numbers(value, 3);
      return [text(pair, 1), integer ?? (flag === undefined ? text(value, 1) : flag === 1n)];
    }),
  );
}

function text(message: Uint8Array, field: number): string {
  return Buffer.from(messages(message, field)[0] ?? EMPTY).toString('utf8');
}

function hex(message: Uint8Array, field: number): string {
  return Buffer.from(messages(message, field)[0] ?? EMPTY).toString('hex');
}

/** What a field of a length holds: bytes, text or a message. */
function messages(message: Uint8Array, field: number): readonly Uint8Array[] {
  return fields(message, field).filter((value) => value instanceof Uint8Array);
}

function numbers(message: Uint8Array, field: number): readonly bigint[] {
  return fields(message, field).filter((value) => typeof value === 'bigint');
}

function fields(message: Uint8Array, wanted: number): readonly (Uint8Array | bigint)[] {
  const reader = new BinaryReader(message);
  const found: (Uint8Array | bigint)[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const value =
      wire === WireType.Varint
        ? BigInt(reader.uint64())
        : wire === WireType.LengthDelimited
          ? reader.bytes()
          : reader.skip(wire, field);
    if (field === wanted) found.push(value);
  }
  return found;
}
