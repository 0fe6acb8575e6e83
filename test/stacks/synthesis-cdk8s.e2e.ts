import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadRegionOutputs } from '../../stacks/outputs.ts';
import { requireParsed } from '../../stacks/config.ts';
import { synthesize } from '../../stacks/synthesis.ts';
import { toYaml } from '../../stacks/yaml.ts';
import { STACKS, imagesOf, stackConfig } from './synthesis-fixture.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const SYNTH_TIMEOUT_MS = 120_000;

describe('cdk8s synth', () => {
  // The project as cdk8s finds it, without its dist/, which cdk8s would empty.
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-cdk8s-'));
  cpSync(join(PROJECT, 'cdk8s.yaml'), join(folder, 'cdk8s.yaml'));
  for (const part of ['constructs', 'contracts', 'images', 'node_modules', 'package.json', 'policies', 'stacks']) {
    symlinkSync(join(PROJECT, part), join(folder, part));
  }
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  test(
    'writes what the synthesizer makes, for every stack, and judges it',
    () => {
      const said = execFileSync(join(PROJECT, 'node_modules', '.bin', 'cdk8s'), ['synth'], {
        cwd: folder,
        encoding: 'utf8',
        // As npx and npm scripts do: the project's Node before the machine's.
        env: { ...process.env, PATH: [join(PROJECT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter) },
        timeout: SYNTH_TIMEOUT_MS,
      });
      expect(said).toContain('Validations ended succesfully');
      const dist = join(folder, 'dist');
      expect(readdirSync(dist).sort()).toEqual([...STACKS].sort());
      for (const stack of STACKS) {
        const config = stackConfig(stack);
        const outputs = requireParsed(loadRegionOutputs(join(PROJECT, 'stacks', 'outputs'), config));
        for (const { path, objects } of synthesize(config, outputs, imagesOf(config))) {
          const file = join(dist, stack, path);
          expect(existsSync(file) ? readFileSync(file, 'utf8') : `${path} is missing`).toBe(toYaml(objects));
        }
      }
    },
    SYNTH_TIMEOUT_MS,
  );
});
