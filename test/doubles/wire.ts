import rpc from '@pulumi/pulumi/runtime/rpc.js';

/**
 * What the engine sends for a value that is not known before the update: one marker per kind of value (the constants
 * `Unknown…Value` in `sdk/go/common/resource/plugin/rpc.go` of Pulumi 3.230.0; the Node SDK knows only the string's).
 */
const UNKNOWN_MARKERS: ReadonlySet<string> = new Set([
  rpc.unknownValue,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
]);

export function isUnknown(value: unknown): boolean {
  return typeof value === 'string' && UNKNOWN_MARKERS.has(value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value inside Pulumi's wrapping of secrets and outputs; an output without a value is unknown. */
export function unwrapped(value: unknown): unknown {
  if (!isRecord(value)) return value;
  switch (value[rpc.specialSigKey]) {
    case rpc.specialSecretSig:
      return unwrapped(value['value']);
    case rpc.specialOutputValueSig:
      return 'value' in value ? unwrapped(value['value']) : rpc.unknownValue;
    default:
      return value;
  }
}

/** Assets, archives and references to resources, which have a form of their own. */
export function isSpecial(value: unknown): boolean {
  return isRecord(value) && rpc.specialSigKey in value;
}
