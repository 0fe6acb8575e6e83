import { PSC_CRD } from './gen/psc-crd.ts';
import type { StructuralSchema } from './structural-schema.ts';

export { PSC_CRD };

/** Structural schema of a PSC: what the API server checks, and `parsePsc` before it. */
export const PSC_SCHEMA: StructuralSchema = PSC_CRD.spec.versions[0].schema.openAPIV3Schema;

/** Schema of one field. @throws Error where the contract has none of that name */
export function schemaAt(...path: readonly string[]): StructuralSchema {
  let schema: StructuralSchema | undefined = PSC_SCHEMA;
  for (const name of path) schema = schema?.properties?.[name];
  if (schema === undefined) throw new Error(`the PSC has no field ${path.join('.')}`);
  return schema;
}
