import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { explainStack } from '../../cli/explain/explain-stack.ts';
import { loadAllStacks, requireParsed } from '../../stacks/config.ts';
import { loadImageLock } from '../../images/image-lock.ts';
import { loadRegionOutputs } from '../../stacks/outputs.ts';
import { synthesize } from '../../stacks/synthesis.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const stacks = requireParsed(loadAllStacks(join(ROOT, 'stacks')));

describe('the explanation of a stack', () => {
  it.each(stacks.map((config) => ({ stack: config.stack, config })))(
    'has a row for every cluster of $stack',
    ({ config }) => {
      const text = explainStack(config);
      for (const { name, ckus } of config.tenants) expect(text).toMatch(new RegExp(`^${name} +${ckus} `, 'm'));
      if (config.mothership.hosted) expect(text).toMatch(/^mothership /m);
    },
  );

  it('counts the brokers that the operator will make', () => {
    for (const config of stacks) {
      const outputs = requireParsed(loadRegionOutputs(join(ROOT, 'stacks', 'outputs'), config));
      const images = loadImageLock(join(ROOT, 'images', 'images.lock.json'), config.region.imageRegistry);
      const files = [...synthesize(config, outputs, images)].filter(({ path }) => path.startsWith('rendered/'));
      const made = files.flatMap(({ path, objects }) => {
        const set = objects.find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'kafka');
        const name = path.split('/').at(-1)?.split('.')[0] ?? '';
        return set === undefined ? [] : [{ name, brokers: set['spec'] as { readonly replicas: number } }];
      });
      expect(made.length).toBeGreaterThan(0);
      const text = explainStack(config);
      for (const { name, brokers } of made)
        expect(text).toMatch(new RegExp(`^${name} +\\d+ +${brokers.replicas} `, 'm'));
    }
  });
});
