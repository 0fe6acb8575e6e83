import type { KafkaSpec } from '../../../contracts/gen/psc-types.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import type { Plan } from '../../../operators/psc/plan.ts';
import { examplePlacement, examplePsc, EXAMPLE_PLACES } from '../../support/example-psc.ts';

const ZONES = EXAMPLE_PLACES.aws.zones;

interface Change {
  readonly brokers?: number;
  readonly image?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly maxUnavailable?: number;
  readonly storage?: KafkaSpec['brokers']['storage'];
}

export function brokersOf(maxUnavailablePerZone: number): KafkaSpec['brokers'] {
  const { kafka: base } = examplePsc('aws').spec;
  if (base === undefined) throw new Error('the example has no Kafka');
  return { ...base.brokers, maxUnavailablePerZone };
}

/** The example's Kafka with something different. */
export function kafka({ brokers = 3, image = 'a', config, maxUnavailable = 10, storage }: Change): KafkaSpec {
  const { kafka: base } = examplePsc('aws', { brokers }).spec;
  if (base === undefined) throw new Error('the example has no Kafka');
  return {
    ...base,
    image: `registry.example.com/flotilla/kafka:4.3.1@sha256:${image.repeat(64)}`,
    placement: examplePlacement('kafka', brokers, ZONES),
    brokers: { ...brokersOf(maxUnavailable), ...(storage === undefined ? {} : { storage }) },
    ...(config === undefined ? {} : { config }),
  };
}

export function reasons({ conditions }: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(conditions.map(({ type, reason }) => [type, reason]));
}

export function objectsOf({ writes }: Plan): readonly {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}[] {
  return writes.flatMap((write) => (write.kind === 'apply' ? [write.object] : []));
}

export function applied(next: Plan): readonly string[] {
  return objectsOf(next).map(({ kind }) => kind);
}

export function claimsOf(next: Plan): readonly string[] {
  return objectsOf(next).flatMap(({ kind, metadata }) => (kind === 'PersistentVolumeClaim' ? [metadata.name] : []));
}

export function sizes(next: Plan): Readonly<Record<string, string>> {
  const claims = objectsOf(next).filter(({ kind }) => kind === 'PersistentVolumeClaim');
  return Object.fromEntries(
    claims.map(({ metadata, spec }) => [
      metadata.name,
      (spec as { readonly resources: { readonly requests: { readonly storage: string } } }).resources.requests.storage,
    ]),
  );
}

export function replicas(next: Plan, { objects }: Observed, name: string): number | undefined {
  const set =
    objectsOf(next).find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === name) ??
    objects.get(`StatefulSet/psc-orders/${name}`);
  return (set?.['spec'] as { readonly replicas: number } | undefined)?.replicas;
}

interface Templated {
  readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
}

export function templateHash(next: Plan): string | undefined {
  const set = objectsOf(next).find(({ kind, metadata }) => kind === 'StatefulSet' && metadata.name === 'kafka');
  return (set?.['spec'] as Templated | undefined)?.template.metadata.annotations['flotilla.dev/template-hash'];
}

/** What new pods of the role carry. */
export function newHashes(
  { objects }: Observed,
  role: 'broker' | 'controller',
): { readonly templateHash: string; readonly configHash: string } {
  const set = objects.get(`StatefulSet/psc-orders/${role === 'broker' ? 'kafka' : 'controller'}`);
  const { annotations } = (set?.['spec'] as Templated).template.metadata;
  return {
    templateHash: annotations['flotilla.dev/template-hash'] ?? '',
    configHash: annotations['flotilla.dev/config-hash'] ?? '',
  };
}

export function fenced({ status: { fence } }: Plan): { readonly role?: string; readonly pods: readonly string[] } {
  return {
    ...(fence?.role === undefined ? {} : { role: fence.role }),
    pods: fence?.members?.map(({ name }) => name) ?? [],
  };
}
