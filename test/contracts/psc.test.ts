import { describe, expect, it } from '@jest/globals';
import { parsePsc, PSC_API_VERSION, PSC_CRD, PSC_KIND, PSC_SCHEMA, type Violation } from '../../contracts/psc.ts';
import type { StructuralSchema } from '../../contracts/structural-schema.ts';
import { connectPsc, edited, kafkaPsc, ksqlDbPsc } from './example-pscs.ts';
import { PSC_EXAMPLES, type PscExample } from './psc-examples.ts';

const refused = PSC_EXAMPLES.filter(({ verdict }) => verdict === 'refused');
const accepted = PSC_EXAMPLES.filter(({ verdict }) => verdict === 'accepted');

describe('parsePsc', () => {
  it.each([kafkaPsc(), connectPsc(), ksqlDbPsc()])('accepts the valid PSC $metadata.name as it is', (psc) => {
    expect(parsePsc(psc)).toEqual({ ok: true, value: psc });
  });

  it.each(accepted)('accepts $title', (example) => {
    expect(violationsOf(example)).toEqual([]);
  });

  it.each(refused.filter(({ source }) => source === 'cel'))('refuses $title because "$rule"', (example) => {
    expect(violationsOf(example).map(({ rule }) => rule)).toEqual([example.rule]);
  });

  it.each(refused.filter(({ source }) => source === 'structure'))('refuses $title because it "$rule"', (example) => {
    expect(violationsOf(example).map(({ rule }) => rule)).toContainEqual(expect.stringContaining(example.rule));
  });

  it.each(PSC_EXAMPLES.filter(({ old }) => old !== undefined))('accepts what was there before $title', ({ old }) => {
    expect(parsePsc(old)).toMatchObject({ ok: true });
  });

  it('leaves transition rules alone where nothing was there before', () => {
    const transitions = refused.filter(({ old }) => old !== undefined);
    expect(transitions.length).toBeGreaterThan(0);
    for (const { psc } of transitions) expect(parsePsc(psc)).toMatchObject({ ok: true });
  });

  it('reports everything wrong at once, each with its path and value', () => {
    const psc = edited(kafkaPsc(), {
      'metadata.name': 'a'.repeat(41),
      'spec.revision': '07',
      'spec.tenant': undefined,
      'spec.kafka.placement.zone-a.pods': ['kafka-x', 'kafka-1'],
      'spec.kafka.extra': true,
    });
    expect(parsed(psc).map(({ path, value }) => [path, value])).toEqual(
      expect.arrayContaining([
        ['metadata.name', 'a'.repeat(41)],
        ['spec.revision', '07'],
        ['spec.tenant', undefined],
        ['spec.kafka.placement["zone-a"].pods[0]', 'kafka-x'],
        ['spec.kafka.extra', true],
        ['spec.kafka.placement', expect.anything()],
      ]),
    );
  });

  it.each([undefined, null, 7, 'psc', [], {}, { spec: [] }, { spec: { kafka: 'x', zones: 7 } }])(
    'refuses %j without failing itself',
    (value) => {
      expect(parsed(value)).not.toEqual([]);
    },
  );

  it('takes no longer for a hostile string than for its length', () => {
    const hostile = `${'a'.repeat(1_000_000)}!`;
    expect(parsed(edited(kafkaPsc(), { 'spec.domain': hostile })).map(({ path }) => path)).toContain('spec.domain');
  });

  it('refuses an object of another kind or version', () => {
    expect(parsed({ ...kafkaPsc(), kind: 'Pod' }).map(({ path }) => path)).toEqual(['kind']);
    expect(parsed({ ...kafkaPsc(), apiVersion: 'flotilla.dev/v2' }).map(({ path }) => path)).toEqual(['apiVersion']);
  });
});

describe('the custom resource definition', () => {
  it('defines the kind and version that the parser speaks of', () => {
    expect(`${PSC_CRD.spec.group}/${PSC_CRD.spec.versions[0].name}`).toBe(PSC_API_VERSION);
    expect(PSC_CRD.spec.names).toMatchObject({ kind: PSC_KIND, shortNames: ['psc'], listKind: `${PSC_KIND}List` });
    expect(PSC_CRD.metadata.name).toBe(`${PSC_CRD.spec.names.plural}.${PSC_CRD.spec.group}`);
    expect(PSC_CRD.spec.versions[0].subresources).toEqual({ status: {} });
  });

  it('has an example that breaks and one that keeps each of its CEL rules', () => {
    const rules = new Set(ruleMessages(PSC_SCHEMA));
    expect(new Set(refused.filter(({ source }) => source === 'cel').map(({ rule }) => rule))).toEqual(rules);
    expect(new Set(accepted.filter(({ source }) => source === 'cel').map(({ rule }) => rule))).toEqual(rules);
  });
});

function ruleMessages(schema: StructuralSchema): readonly string[] {
  const below = [...Object.values(schema.properties ?? {}), schema.items, schema.additionalProperties];
  return [
    ...(schema['x-kubernetes-validations'] ?? []).map(({ message }) => message),
    ...below.flatMap((child) => (child === undefined ? [] : ruleMessages(child))),
  ];
}

function violationsOf(example: PscExample): readonly Violation[] {
  const result = parsePsc(example.psc, example.old === undefined ? {} : { oldPsc: example.old });
  return result.ok ? [] : result.violations;
}

function parsed(value: unknown): readonly Violation[] {
  const result = parsePsc(value);
  return result.ok ? [] : result.violations;
}
