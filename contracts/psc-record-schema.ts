import { PSC_SCHEMA, schemaAt } from './psc-crd.ts';
import type { StructuralSchema, ValidationRule } from './structural-schema.ts';

/** Schema of the records about PSCs, made from the PSC's own: the topics and the API server accept the same specs. */
export function recordSchema(body: 'spec' | 'status'): StructuralSchema {
  return {
    type: 'object',
    required: ['name', 'revision', 'deleted'],
    properties: {
      name: { type: 'string' },
      revision: schemaAt('spec', 'revision'),
      deleted: { type: 'boolean' },
      [body]: schemaAt(body),
    },
    'x-kubernetes-validations': [
      ...nameRules(),
      {
        rule: `self.deleted != has(self.${body})`,
        message: `a record has a ${body} unless it says that the PSC is deleted`,
        fieldPath: `.${body}`,
      },
      ...(body === 'spec' ? SPEC_RULES : []),
    ],
  };
}

const SPEC_RULES: readonly ValidationRule[] = [
  {
    rule: '!has(self.spec) || self.spec.revision == self.revision',
    message: 'a record has the revision of its spec',
    fieldPath: '.revision',
  },
  {
    rule: '!has(self.spec) || !has(self.spec.maintenance)',
    message: 'maintenance is never written by the control plane',
    fieldPath: '.spec.maintenance',
  },
];

function nameRules(): readonly ValidationRule[] {
  return (PSC_SCHEMA['x-kubernetes-validations'] ?? [])
    .filter(({ fieldPath }) => fieldPath === '.metadata.name')
    .map(({ rule, message }) => ({
      rule: rule.replaceAll('self.metadata.name', 'self.name'),
      message,
      fieldPath: '.name',
    }));
}
