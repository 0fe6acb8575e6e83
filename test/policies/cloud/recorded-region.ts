import rpc from '@pulumi/pulumi/runtime/rpc.js';
import { UNKNOWN, type CloudResource, type Fields } from '../../../policies/cloud/cloud-resource.ts';
import type { makeRegion } from '../../../constructs/cloud/region.ts';
import { AwsRegion } from '../../../constructs/cloud/aws/region.ts';
import { AzureRegion } from '../../../constructs/cloud/azure/region.ts';
import { GcpRegion } from '../../../constructs/cloud/gcp/region.ts';
import type { RegionArgs } from '../../../constructs/cloud/region-args.ts';
import { loadStack, requireParsed } from '../../../stacks/config.ts';
import { isPublic, type PublicStackConfig, regionArgs } from '../../../stacks/region-args.ts';
import { isRecord, isUnknown, unwrapped } from '../../doubles/wire.ts';
import { recordProgram, type RecordedResource } from '../../constructs/cloud/recorded-resources.ts';

/** Stacks of the project, one on each cloud. */
export const CLOUD_STACKS = ['aws-us-west-2', 'gcp-us-central1', 'azure-westeurope'] as const;
export type CloudStackName = (typeof CLOUD_STACKS)[number];

/** Resources of a stack's region as a preview sees them: what only the cloud knows is not known, ids too, which the mocks make up. */
export async function recordedRegion(
  stack: CloudStackName,
  config: PublicStackConfig = configOf(stack),
): Promise<readonly CloudResource[]> {
  const resources = await registeredFor(config);
  const urnOf = (name: string): string =>
    `urn:pulumi:${stack}::flotilla::${resources.get(name)?.type ?? 'pulumi:pulumi:Stack'}::${name}`;
  const madeUp = [...resources.keys()].map((name) => `${name}-id`);
  return [...resources.values()]
    .filter(({ type }) => !type.startsWith('flotilla:') && !type.startsWith('pulumi:'))
    .map(({ type, name, sent, protection, references }) => ({
      urn: urnOf(name),
      type,
      name,
      props: { ...(known(sent, madeUp) as Fields), ...notSent(references, sent) },
      protect: protection.protect,
      references: Object.fromEntries(
        Object.entries(references).map(([property, urns]) => [
          property,
          urns.map((urn) => urnOf(urn.split('::').at(-1) ?? '')),
        ]),
      ),
    }));
}

/** All that a first preview of the region registers, components too. */
export async function registeredFor(config: PublicStackConfig): Promise<ReadonlyMap<string, RecordedResource>> {
  const args = regionArgs(config);
  const { resources } = await recordProgram(() => regionOf(args), { phase: 'preview' });
  return resources;
}

/** The mocks of the SDK leave ids out that are not known, where the engine marks them. */
function notSent(references: Readonly<Record<string, unknown>>, sent: unknown): Fields {
  const given = isRecord(sent) ? sent : {};
  const missing = Object.keys(references).filter((property) => (given[property] ?? undefined) === undefined);
  return Object.fromEntries(missing.map((property) => [property, UNKNOWN]));
}

function configOf(stack: CloudStackName): PublicStackConfig {
  const config = requireParsed(loadStack('stacks', stack));
  if (!isPublic(config)) throw new Error(`${stack} is on no cloud`);
  return config;
}

/** At once, where `makeRegion` waits for the SDK of the cloud. */
function regionOf(args: RegionArgs): ReturnType<typeof makeRegion> extends Promise<infer R> ? R : never {
  switch (args.region.cloud) {
    case 'aws':
      return new AwsRegion('region', args);
    case 'gcp':
      return new GcpRegion('region', args);
    case 'azure':
      return new AzureRegion('region', args);
  }
}

/** A secret is nothing that a rule may see. */
function known(sent: unknown, madeUp: readonly string[]): unknown {
  const value = unwrapped(sent);
  if (isUnknown(value) || rpc.isRpcSecret(sent)) return UNKNOWN;
  if (typeof value === 'string') return madeUp.some((id) => value.includes(id)) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map((item) => known(item, madeUp));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, known(item, madeUp)]));
}
