import type { TracingSettings } from '../../operators/runtime/tracing.ts';
import { EXIT_CODES, UserError } from '../user-error.ts';

/**
 * Where spans go, by OpenTelemetry's own variables; undefined when nobody wants them.
 *
 * @throws UserError for what is not served: silence would look like a service without passes
 */
export function tracingSettings(env: NodeJS.ProcessEnv, serviceName: string): TracingSettings | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined;
  const exporter = valueOf(env, 'OTEL_TRACES_EXPORTER') ?? 'otlp';
  if (exporter === 'none') return undefined;
  const whole = valueOf(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = valueOf(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = whole ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`);
  if (url === undefined) return undefined;
  if (exporter !== 'otlp') throw refused('OTEL_TRACES_EXPORTER', exporter, 'otlp or none');
  const protocol = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'].find((name) =>
    valueOf(env, name),
  );
  if (protocol !== undefined && env[protocol] !== 'http/protobuf') {
    throw refused(protocol, env[protocol], 'http/protobuf');
  }
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw refused(
      whole === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
      url,
      'a URL of http or https',
    );
  }
  const attributes = pairsIn(valueOf(env, 'OTEL_RESOURCE_ATTRIBUTES') ?? '');
  return {
    url,
    serviceName: valueOf(env, 'OTEL_SERVICE_NAME') ?? attributes['service.name'] ?? serviceName,
    resource: attributes,
  };
}

/** An empty variable counts as none, as OpenTelemetry has it. */
function valueOf(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

/** `key=value` with commas between, values percent-encoded. */
function pairsIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(',').flatMap((pair): readonly (readonly [string, string])[] => {
      const [key = '', ...rest] = pair.split('=');
      return key.trim() === '' || rest.length === 0 ? [] : [[key.trim(), decoded(rest.join('=').trim())]];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refused(name: string, value: string | undefined, wanted: string): UserError {
  return new UserError(`${name} is ${value ?? ''}; wanted: ${wanted}`, {
    hint: 'spans go by OTLP over HTTP in protobuf; unset the endpoint to send none',
    exitCode: EXIT_CODES.usage,
  });
}
