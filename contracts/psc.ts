/** The PSC contract: types, parser, and the wire form of its records. */
export type * from './gen/psc-types.ts';
export type { Parsed, Violation } from './parsed.ts';
export { PSC_CRD, PSC_SCHEMA } from './psc-crd.ts';
export { parsePsc } from './psc-check.ts';
export { PSC_API_VERSION, PSC_KIND, PSC_PLURAL } from './psc-kind.ts';
export {
  fromRecord,
  fromStatusRecord,
  toRecord,
  toStatusRecord,
  type PscRecord,
  type PscStatusRecord,
  type Tombstone,
} from './psc-record.ts';
