import { PolicyJudge, type JudgeOptions } from '../../policies/engine/judge.ts';
import { allowedRegistries } from '../../stacks/synthesis.ts';
import type { RegionInput } from '../regions.ts';

/** A judge of one region, by its own registries and images. */
export function judgeOf(region: RegionInput, options: Pick<JudgeOptions, 'today' | 'unusedExemptions'>): PolicyJudge {
  return new PolicyJudge({
    ...options,
    exemptions: region.exemptions,
    registries: allowedRegistries(region.config, region.images),
    images: region.images,
  });
}

/** Today in UTC, so that an exemption ends at the same moment for everybody. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
