import { isDeepStrictEqual } from 'node:util';
import grpc from '@grpc/grpc-js';
import type { IResourceProviderServer } from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import pluginPb from '@pulumi/pulumi/proto/plugin_pb.js';
import type * as request from '@pulumi/pulumi/proto/provider_pb.js';
import pb from '@pulumi/pulumi/proto/provider_pb.js';
import rpc from '@pulumi/pulumi/runtime/rpc.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import structPb from 'google-protobuf/google/protobuf/struct_pb.js';
import type { CloudWorld } from './cloud-world.ts';
import { configProblems, type InputProblem, inputProblems } from './input-problems.ts';
import { inventedOutputs } from './invented-outputs.ts';
import type { SdkTypes } from './sdk-types.ts';
import { isRecord } from './wire.ts';

export interface ProviderServiceOptions {
  readonly types: SdkTypes;
  readonly world: CloudWorld;
  /** Properties whose change replaces the resource, by type; the SDKs' types do not say. */
  readonly replaceOn: Readonly<Record<string, readonly string[]>>;
  /**
   * Outputs that the SDK calls uncertain and a program counts on all the same, by type and logical name. What is a mapping
   * is joined to what the inputs have under the same name.
   */
  readonly computed: (type: string, name: string) => Fields;
  /** Results of functions by token, as in `aws:index/getCallerIdentity:getCallerIdentity`. */
  readonly functions: Readonly<Record<string, (args: Fields) => Fields>>;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Pulumi's provider protocol (`pulumi/provider.proto` of Pulumi 3.230.0) over the double of a cloud. */
export function providerService(options: ProviderServiceOptions): IResourceProviderServer {
  return {
    ...pluginCalls(options.types),
    ...configurationCalls(options.types),
    ...readingCalls(options),
    ...writingCalls(options),
  };
}

function pluginCalls({ name, version }: SdkTypes) {
  return {
    handshake: answer(() => new pb.ProviderHandshakeResponse()),
    attach: answer(() => new emptyPb.Empty()),
    cancel: answer(() => new emptyPb.Empty()),
    getPluginInfo: answer(() => new pluginPb.PluginInfo().setVersion(version)),
    getSchema: answer(() => new pb.GetSchemaResponse().setSchema(JSON.stringify({ name, version }))),
    getMapping: answer(() => new pb.GetMappingResponse()),
    getMappings: answer(() => new pb.GetMappingsResponse()),
    parameterize: unimplemented('parameterize'),
    construct: unimplemented('construct'),
    call: unimplemented('call'),
  };
}

function configurationCalls(types: SdkTypes) {
  return {
    checkConfig: answer((call: request.CheckRequest) =>
      checked(call, configProblems(types.provider(), fields(call.getNews()))),
    ),
    // The region of a provider is no property of the resources of the double, so nothing is replaced.
    diffConfig: answer((call: request.DiffRequest) => difference(call, [])),
    configure: answer(() => new pb.ConfigureResponse().setSupportspreview(true)),
  };
}

function readingCalls({ types, world, replaceOn, functions }: ProviderServiceOptions) {
  return {
    check: answer((call: request.CheckRequest) => {
      const type = typeOf(call.getUrn());
      const properties = types.inputs(type);
      if (properties === undefined) return checked(call, [{ path: '', reason: `the SDK has no type ${type}` }]);
      return checked(call, inputProblems(properties, fields(call.getNews())));
    }),
    diff: answer((call: request.DiffRequest) => difference(call, replaceOn[typeOf(call.getUrn())] ?? [])),
    read: answer((call: request.ReadRequest) => {
      const found = world.find(call.getId());
      // An empty id tells the engine that the resource is gone.
      if (found === undefined) return new pb.ReadResponse();
      return new pb.ReadResponse()
        .setId(found.id)
        .setInputs(struct(found.inputs))
        .setProperties(struct({ ...found.inputs, ...found.outputs }));
    }),
    invoke: answer((call: request.InvokeRequest) => {
      const token = call.getTok();
      world.throwIfToldTo('invoke', token);
      const compute = functions[token];
      if (compute === undefined) throw new Error(`the double was given no function ${token}`);
      return new pb.InvokeResponse().setReturn(struct(compute(fields(call.getArgs()))));
    }),
  };
}

function writingCalls({ types, world, computed: answers }: ProviderServiceOptions) {
  const outputs = (type: string, name: string, inputs: Fields): Fields => {
    const properties = types.outputs(type);
    if (properties === undefined) throw new Error(`the SDK has no type ${type}`);
    const counted = Object.entries(answers(type, name)).map(([key, value]) => {
      const given = inputs[key];
      return [key, isRecord(value) && isRecord(given) ? { ...given, ...value } : value] as const;
    });
    return { ...inventedOutputs(properties, inputs, `${type}/${name}`), ...Object.fromEntries(counted) };
  };
  return {
    create: answer((call: request.CreateRequest) => {
      const inputs = fields(call.getProperties());
      const [type, name] = [typeOf(call.getUrn()), nameOf(call.getUrn())];
      const computed = outputs(type, name, inputs);
      if (call.getPreview()) return new pb.CreateResponse().setProperties(struct(previewed(inputs, computed)));
      const { id } = world.create({ type, name, inputs, outputs: computed });
      return new pb.CreateResponse().setId(id).setProperties(struct({ ...inputs, ...computed }));
    }),
    update: answer((call: request.UpdateRequest) => {
      const inputs = fields(call.getNews());
      const computed = outputs(typeOf(call.getUrn()), nameOf(call.getUrn()), inputs);
      if (!call.getPreview()) world.update(call.getId(), { inputs, outputs: computed });
      return new pb.UpdateResponse().setProperties(struct({ ...inputs, ...computed }));
    }),
    delete: answer((call: request.DeleteRequest) => {
      world.delete(call.getId());
      return new emptyPb.Empty();
    }),
  };
}

/** Computed values are not known before the resource exists. */
function previewed(inputs: Fields, computed: Fields): Fields {
  return { ...inputs, ...Object.fromEntries(Object.keys(computed).map((name) => [name, rpc.unknownValue])) };
}

function checked(call: request.CheckRequest, problems: readonly InputProblem[]): request.CheckResponse {
  const failures = problems.map(({ path, reason }) =>
    new pb.CheckFailure().setProperty(path).setReason(`${path} ${reason}`.trim()),
  );
  return new pb.CheckResponse().setInputs(call.getNews()).setFailuresList(failures);
}

function difference(call: request.DiffRequest, replacing: readonly string[]): request.DiffResponse {
  const [olds, news] = [fields(call.getOldInputs()), fields(call.getNews())];
  const ignored = new Set(call.getIgnorechangesList());
  const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
  const changed = [...names].filter((name) => !ignored.has(name) && !isDeepStrictEqual(olds[name], news[name]));
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  return new pb.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList(changed)
    .setReplacesList(changed.filter((name) => replacing.includes(name)));
}

function answer<Request, Response>(reply: (request: Request) => Response): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    try {
      callback(null, reply(call.request));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      callback({ code: grpc.status.UNKNOWN, details });
    }
  };
}

function unimplemented(name: string): grpc.handleUnaryCall<unknown, never> {
  return (_, callback) => {
    callback({ code: grpc.status.UNIMPLEMENTED, details: `the double does not ${name}` });
  };
}

/** The last type of `urn:pulumi:stack::project::parent$type::name`. */
function typeOf(urn: string): string {
  const [, , types = ''] = urn.split('::');
  return types.slice(types.lastIndexOf('$') + 1);
}

function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}

function fields(struct: structPb.Struct | undefined): Fields {
  return struct?.toJavaScript() ?? {};
}

function struct(value: Fields): structPb.Struct {
  return structPb.Struct.fromJavaScript(value as Record<string, structPb.JavaScriptValue>);
}
