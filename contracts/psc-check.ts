import { evaluateRules } from './cel-rules.ts';
import type { PhysicalStatefulCluster } from './gen/psc-types.ts';
import { parsedUnless, type Parsed } from './parsed.ts';
import { PSC_SCHEMA } from './psc-crd.ts';
import { PSC_API_VERSION, PSC_KIND } from './psc-kind.ts';
import { compileStructuralCheck, type StructuralCheck } from './structural-check.ts';

/**
 * Parses a PSC as the API server would on a create, or on an update where `oldPsc` is given: structure and CEL rules
 * of the custom resource definition. Reports every violation at once, unknown fields too.
 */
export function parsePsc(
  value: unknown,
  options: { readonly oldPsc?: PhysicalStatefulCluster } = {},
): Parsed<PhysicalStatefulCluster> {
  structuralCheck ??= compileStructuralCheck(PSC_SCHEMA, { apiVersion: PSC_API_VERSION, kind: PSC_KIND });
  const structural = structuralCheck(value);
  const rules = evaluateRules(PSC_SCHEMA, value, {
    old: options.oldPsc,
    structure: structural.length === 0 ? 'sound' : 'malformed',
  });
  return parsedUnless([...structural, ...rules], () => value as PhysicalStatefulCluster);
}

// Compiled on first use: most commands never parse a PSC.
let structuralCheck: StructuralCheck | undefined;
