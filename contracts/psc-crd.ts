import { PSC_CRD } from './gen/psc-crd.ts';
import type { StructuralSchema } from './structural-schema.ts';

export { PSC_CRD };

/** Structural schema of a PSC: what the API server checks, and `parsePsc` before it. */
export const PSC_SCHEMA: StructuralSchema = PSC_CRD.spec.versions[0].schema.openAPIV3Schema;
