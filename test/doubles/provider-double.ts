import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import { keepStructsAsBytes } from '../../stacks/sdk/structs.ts';
import { CloudWorld } from './cloud-world.ts';
import { providerService, type ProviderServiceOptions } from './provider-service.ts';
import { sdkTypes } from './sdk-types.ts';

export interface ProviderDoubleOptions extends Partial<
  Pick<ProviderServiceOptions, 'replaceOn' | 'computed' | 'functions'>
> {
  /** Installed SDK whose plugin this stands for, as in `@pulumi/aws`. */
  readonly sdk: string;
}

export interface ProviderDouble {
  readonly world: CloudWorld;
  /** One entry of the comma-separated `PULUMI_DEBUG_PROVIDERS`, as in `aws:40123`. */
  readonly attachment: string;
  /** Ends open calls too. */
  readonly stop: () => Promise<void>;
}

/**
 * A provider that the real engine attaches to instead of starting the cloud's plugin: checks inputs against the SDK's
 * own types and keeps what it made in memory. It cannot tell whether the cloud would accept a value.
 */
export async function startProviderDouble(options: ProviderDoubleOptions): Promise<ProviderDouble> {
  const { sdk, replaceOn = {}, computed = () => ({}), functions = {} } = options;
  const types = sdkTypes(sdk);
  const world = new CloudWorld();
  const server = new grpc.Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  server.addService(
    providerGrpc.ResourceProviderService,
    providerService({ types, world, replaceOn, computed, functions }),
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', grpc.ServerCredentials.createInsecure());
  return {
    world,
    attachment: `${types.name}:${port}`,
    stop: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}

// Most calls hand on properties as they came.
keepStructsAsBytes(createRequire(import.meta.url));

/** What the engine itself allows (`sdk/go/common/util/rpcutil`). */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
