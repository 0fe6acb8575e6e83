import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ImageLockError, loadImageLock } from '../images/image-lock.ts';
import { InvalidExemptionsError, parseExemptions } from '../policies/exemptions.ts';
import { RULE_IDS } from '../policies/rules/index.ts';
import { StackConfigError, loadAllStacks, requireParsed } from './config.ts';
import { loadRegionOutputs } from './outputs.ts';
import { SynthesisError } from './synthesis-error.ts';
import { synthesize } from './synthesis.ts';
import { toYaml } from './yaml.ts';

/*
 * The cdk8s app: `npx cdk8s synth` runs it for every stack, then judges what it wrote by the policies. `./flotilla synth`
 * writes the same files, but leaves the last good ones alone until the new ones are complete.
 */

const PROJECT = join(import.meta.dirname, '..');

try {
  writeAllStacks(process.env['CDK8S_OUTDIR'] ?? join(PROJECT, 'dist'));
} catch (error) {
  // What a person can mend in a file of theirs; anything else is a fault of ours and shows where.
  const isTheirs = [StackConfigError, ImageLockError, InvalidExemptionsError, SynthesisError].some(
    (kind) => error instanceof kind,
  );
  if (!isTheirs || !(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function writeAllStacks(outdir: string): void {
  const exemptionsFile = join('policies', 'exemptions.yaml');
  const exemptions = parseExemptions(readFileSync(join(PROJECT, exemptionsFile), 'utf8'), exemptionsFile, RULE_IDS);
  for (const config of requireParsed(loadAllStacks(join(PROJECT, 'stacks')))) {
    const outputs = requireParsed(loadRegionOutputs(join(PROJECT, 'stacks', 'outputs'), config));
    const images = loadImageLock(join(PROJECT, 'images', 'images.lock.json'), config.region.imageRegistry);
    for (const { path, objects } of synthesize(config, outputs, images, { exemptions })) {
      const file = join(outdir, config.stack, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, toYaml(objects));
    }
  }
}
