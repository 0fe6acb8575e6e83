import { join } from 'node:path';
import type { RegionOutputs } from '../contracts/region-outputs.ts';
import { readDocument } from './config/document.ts';
import { readText, shownPath } from './config/files.ts';
import { parsed } from './config/problem.ts';
import type { Parsed } from './config/problem.ts';
import { checkStructure } from './config/structure.ts';
import { applyOutputRules } from './config/outputs/rules.ts';
import { completeOutputs, regionOutputsSchema } from './config/outputs/schema.ts';
import type { StackConfig } from './stack-config.ts';

/**
 * Text of a file with a region's outputs ▶ the outputs, or every problem: of form, and of what `config` needs of them.
 * Outputs of a tenant that the config no longer has are a warning.
 */
export function parseRegionOutputs(
  text: string,
  { file, config }: { readonly file: string; readonly config: StackConfig },
): Parsed<RegionOutputs> {
  const document = readDocument(text, file);
  if (document.value === undefined) return { ok: false, problems: document.problems };
  const structure = checkStructure(regionOutputsSchema, document.value, document.spelled);
  const needed = applyOutputRules(structure.pruned ?? {}, config).filter(
    ({ rule, path }) => rule !== 'required' || !structure.isUnclear(path),
  );
  const findings = [...structure.findings, ...needed];
  return parsed([...document.problems, ...findings.map(document.place)], () =>
    completeOutputs(regionOutputsSchema.parse(document.value)),
  );
}

/** Outputs of a stack from `<outputsDir>/<stack>.yaml`, held against its config; or every problem that they have. */
export function loadRegionOutputs(outputsDir: string, config: StackConfig): Parsed<RegionOutputs> {
  const path = join(outputsDir, `${config.stack}.yaml`);
  const text = readText(path);
  return text.ok ? parseRegionOutputs(text.value, { file: shownPath(path), config }) : text;
}
