import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseStack } from '../../../stacks/config.ts';
import { parseRegionOutputs } from '../../../stacks/outputs.ts';
import { MAX_GENERATED_TENANTS, generateStack } from '../../bench/generated-stack.ts';
import { stackText } from '../../support/stack-text.ts';
import { TODAY } from './base-stack.ts';

function parseBack(tenants: number): void {
  const { config, outputs } = generateStack(tenants);
  const file = `Pulumi.${config.stack}.yaml`;
  expect(parseStack(stackText(config), { stack: config.stack, file, today: TODAY })).toEqual({
    ok: true,
    value: config,
    warnings: [],
  });
  const text = stringify(outputs, { aliasDuplicateObjects: false });
  expect(parseRegionOutputs(text, { file: 'outputs.yaml', config })).toEqual({
    ok: true,
    value: outputs,
    warnings: [],
  });
}

test('a generated region of any size is valid and reads back as it was made', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), parseBack), { numRuns: 10 });
});

test('the largest generated region is valid: 5,000 tenants in 40 Kubernetes clusters', () => {
  parseBack(MAX_GENERATED_TENANTS);
  expect(generateStack(MAX_GENERATED_TENANTS).config.kubernetesClusters).toHaveLength(40);
});

test.each([0, 1.5, MAX_GENERATED_TENANTS + 1])('a region of %d tenants is not generated', (tenants) => {
  expect(() => generateStack(tenants)).toThrow(RangeError);
});
