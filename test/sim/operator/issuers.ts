import { omit } from '../../../operators/runtime/omit.ts';
import type { Prng } from '../kernel/prng.ts';
import type { World } from './world.ts';

const ISSUER = { name: 'company', kind: 'ClusterIssuer' } as const;

/**
 * In some lives the authority comes from an issuer: from the beginning or from some moment on, and perhaps only until another one,
 * from which on the operator makes it again.
 */
export function scheduleIssuers(world: World, endMs: number, random: Prng): void {
  if (!random.chance(0.25)) return;
  world.issuer.schedule(endMs);
  const onMs = random.chance(0.5) ? 0 : random.int(30_000, endMs);
  if (onMs === 0) choose(world, true);
  else scheduleChoice(world, onMs, true);
  if (random.chance(0.3)) scheduleChoice(world, onMs + random.int(30_000, 600_000), false);
}

function scheduleChoice(world: World, atMs: number, isOn: boolean): void {
  world.scheduler.at(atMs, () => {
    if (!world.isHealed) choose(world, isOn);
  });
}

function choose(world: World, isOn: boolean): void {
  world.note(`STEP authority from ${isOn ? 'an issuer' : 'the operator'}`);
  world.api.editPsc((psc) => {
    const { kafka, revision } = psc.spec;
    if (kafka === undefined) return psc;
    const next = isOn ? { ...kafka, authorityIssuer: ISSUER } : omit(kafka, 'authorityIssuer');
    return { ...psc, spec: { ...psc.spec, revision: String(Number(revision) + 1), kafka: next } };
  });
}
