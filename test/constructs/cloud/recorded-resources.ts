import { runtime } from '@pulumi/pulumi';
import type { MockMonitor } from '@pulumi/pulumi/runtime/mocks.js';

/** One resource as the engine would have been asked to register it. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** Type of the parent; empty for a resource right under the stack. */
  readonly parentType: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Reference of the provider that it is made with; empty for the default one. */
  readonly provider: string;
  readonly protection: { readonly protect: boolean; readonly retainOnDelete: boolean };
  readonly aliases: readonly string[];
  readonly dependsOn: readonly string[];
  /** Input ▶ URNs of the resources that its value comes from. */
  readonly references: Readonly<Record<string, readonly string[]>>;
  /** Inputs as the engine would have got them, with Pulumi's marks of what is not known or secret. */
  readonly sent: unknown;
}

export interface RecordedProgram<T> {
  /** By name; component resources too. */
  readonly resources: ReadonlyMap<string, RecordedResource>;
  readonly result: T;
}

export interface RecordOptions {
  /** Outputs that resources have beside their inputs; `id` where it is not `<name>-id`. */
  readonly computed?: (type: string, name: string) => Readonly<Record<string, unknown>>;
  /** At a preview, outputs that are neither inputs nor in `computed` are unknown. Default `up`. */
  readonly phase?: 'preview' | 'up';
}

/** Runs a program against Pulumi's mocks. */
export async function recordProgram<T>(program: () => T, options: RecordOptions = {}): Promise<RecordedProgram<T>> {
  const { computed = () => ({}), phase = 'up' } = options;
  await runtime.setMocks(
    {
      call: ({ token }) => {
        throw new Error(`${token} was called: components look nothing up`);
      },
      newResource: ({ type, name, inputs }) => {
        const { id = `${name}-id`, ...outputs }: { readonly id?: unknown } = computed(type, name);
        return { id: String(id), state: { ...(inputs as Readonly<Record<string, unknown>>), ...outputs } };
      },
    },
    'flotilla',
    'aws-us-west-2',
    phase === 'preview',
  );
  const resources = recordRequests();
  const result = program();
  await runtime.disconnect();
  return { resources, result };
}

/** The SDK's mocks do not tell protection, parents and aliases: the requests that they answer do. */
function recordRequests(): ReadonlyMap<string, RecordedResource> {
  const recorded = new Map<string, RecordedResource>();
  const monitor = runtime.getMonitor() as unknown as MockMonitor | undefined;
  if (monitor === undefined) throw new Error('setMocks has set no monitor');
  const answer = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: RegisterRequest, callback) => {
    const resource = recordedResource(request);
    if (recorded.has(resource.name)) throw new Error(`two resources are named ${resource.name}`);
    recorded.set(resource.name, resource);
    return answer(request, callback);
  };
  return recorded;
}

function recordedResource(request: RegisterRequest): RecordedResource {
  return {
    type: request.getType(),
    name: request.getName(),
    parentType: typeInUrn(request.getParent()),
    inputs: runtime.deserializeProperties(request.getObject()),
    provider: request.getProvider(),
    protection: { protect: request.getProtect(), retainOnDelete: request.getRetainondelete() },
    aliases: request.getAliasesList().map((alias) => alias.getSpec()?.getName() ?? ''),
    dependsOn: request.getDependenciesList().map((urn) => urn.split('::').at(-1) ?? ''),
    references: Object.fromEntries(
      [...request.getPropertydependenciesMap().entries()].map(([property, urns]) => [property, urns.getUrnsList()]),
    ),
    sent: request.getObject().toJavaScript(),
  };
}

/** What the recorder reads of a request to register (pulumi/resource.proto). */
interface RegisterRequest {
  getName(): string;
  getType(): string;
  getParent(): string;
  getProvider(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getObject(): Parameters<typeof runtime.deserializeProperties>[0];
  getAliasesList(): readonly { getSpec(): { getName(): string } | undefined }[];
  getDependenciesList(): readonly string[];
  getPropertydependenciesMap(): {
    entries(): Iterable<readonly [string, { getUrnsList(): readonly string[] }]>;
  };
}

function typeInUrn(urn: string): string {
  return urn.split('::').at(2)?.split('$').at(-1) ?? '';
}
