import { describe, expect, it } from '@jest/globals';
import { DERIVED_NAMES, NAME_PART_LIMITS } from '../../contracts/name-limits.ts';
import { pscNamespace } from '../../contracts/names.ts';
import { PSC_SCHEMA, parsePsc } from '../../contracts/psc.ts';
import type { StructuralSchema } from '../../contracts/structural-schema.ts';
import { edited, kafkaPsc } from './example-pscs.ts';

describe('names derived from the longest parts that the contract allows', () => {
  it.each(DERIVED_NAMES)('stay within the limit of a $limitOf: $what', ({ longest, maxLength }) => {
    expect(longest.length).toBeGreaterThan(0);
    expect(longest.length).toBeLessThanOrEqual(maxLength);
  });

  it('count with the very bounds of the contract', () => {
    const spec = PSC_SCHEMA.properties?.['spec'];
    expect(maxLengthAt(spec, 'tenant')).toBe(NAME_PART_LIMITS.tenant);
    expect(maxLengthAt(spec, 'domain')).toBe(NAME_PART_LIMITS.domain);
    expect(maxLengthAt(spec, 'kubernetesCluster')).toBe(NAME_PART_LIMITS.kubernetesCluster);
    expect(spec?.properties?.['zones']?.items?.maxLength).toBe(NAME_PART_LIMITS.zone);
    expect(NAME_PART_LIMITS.brokerPod).toBe('kafka-999'.length);
    expect(NAME_PART_LIMITS.controllerPod).toBe('controller-999'.length);
  });

  it('are those of the longest PSC name that the contract accepts', () => {
    const named = (length: number) => parsePsc(edited(kafkaPsc(), { 'metadata.name': 'a'.repeat(length) })).ok;
    expect(named(NAME_PART_LIMITS.psc)).toBe(true);
    expect(named(NAME_PART_LIMITS.psc + 1)).toBe(false);
    expect(pscNamespace('a'.repeat(NAME_PART_LIMITS.psc)).length).toBeLessThanOrEqual(63);
  });
});

function maxLengthAt(schema: StructuralSchema | undefined, field: string): number | undefined {
  return schema?.properties?.[field]?.maxLength;
}
