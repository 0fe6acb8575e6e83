import { InputPropertiesError, InputPropertyError } from '@pulumi/pulumi';
import type { Output } from '@pulumi/pulumi';
import { expect } from '@jest/globals';
import type { RecordedResource } from '../recorded-resources.ts';
import { recordProgram } from '../recorded-resources.ts';

/** Where the tests' components are. */
export const GCP_PLACE = {
  stack: 'gcp-us-central1',
  region: {
    cloud: 'gcp',
    name: 'us-central1',
    account: 'example-kafka',
    zones: ['us-central1-a', 'us-central1-b', 'us-central1-c'],
    addressRange: '10.16.0.0/16',
    domain: 'us-central1.gcp.kafka.example.com',
    tags: { environment: 'production' },
  },
} as const;

/** Labels that everything of the region has. */
export const GCP_REGION_LABELS = { environment: 'production', 'flotilla-stack': 'gcp-us-central1' };

/** Expects that a component refuses its arguments with exactly these paths, and registers nothing. */
export async function expectRefusal(make: () => unknown, paths: readonly string[], reason?: RegExp): Promise<void> {
  const { resources, result } = await recordProgram(() => {
    try {
      return make();
    } catch (error) {
      return error;
    }
  });
  expect(problemPaths(result)).toEqual(paths);
  if (reason !== undefined) expect((result as Error).message).toMatch(reason);
  expect([...resources.keys()]).toEqual([]);
}

function problemPaths(error: unknown): readonly string[] {
  if (error instanceof InputPropertyError) return [error.propertyPath];
  if (error instanceof InputPropertiesError) return error.errors.map(({ propertyPath }) => propertyPath);
  throw new Error(`it was not refused: ${String(error)}`);
}

/** Inputs of all resources of one type of the GCP provider, as in `compute/subnetwork:Subnetwork`. */
export function inputsOf(
  resources: ReadonlyMap<string, RecordedResource>,
  type: string,
): readonly Readonly<Record<string, unknown>>[] {
  return [...resources.values()].filter((each) => each.type === `gcp:${type}`).map(({ inputs }) => inputs);
}

/** Resources of the GCP provider, without components. */
export function gcpResources(resources: ReadonlyMap<string, RecordedResource>): readonly RecordedResource[] {
  return [...resources.values()].filter(({ type }) => type.startsWith('gcp:'));
}

/** Value of an output of a program that has run. */
export function known<T>(value: Output<T> | undefined): Promise<T> {
  if (value === undefined) throw new Error('there is no such output');
  return new Promise((resolve) => value.apply(resolve));
}
