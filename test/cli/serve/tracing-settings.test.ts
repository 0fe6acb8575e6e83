import { describe, expect, test } from '@jest/globals';
import { tracingSettings } from '../../../cli/serve/tracing-settings.ts';

const BASE = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('where spans go', () => {
  test.each([
    ['nothing is set', {}],
    ['the endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['the SDK is disabled', { ...BASE, OTEL_SDK_DISABLED: 'true' }],
    ['no traces are wanted', { ...BASE, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is nowhere when %s', (_, env) => {
    expect(tracingSettings(env, 'flotilla-operator')).toBeUndefined();
  });

  test.each([
    [BASE, 'http://collector:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/base/' }, 'https://collector/base/v1/traces'],
    [{ ...BASE, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/own' }, 'http://traces:4318/own'],
    [
      { ...BASE, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_TRACES_EXPORTER: 'otlp' },
      'http://collector:4318/v1/traces',
    ],
  ])('follows the variables of OpenTelemetry: %j', (env, url) => {
    expect(tracingSettings(env, 'flotilla-operator')?.url).toBe(url);
  });

  test('tells what the spans come from', () => {
    const env = { ...BASE, OTEL_RESOURCE_ATTRIBUTES: 'k8s.cluster.name=aws%2Da, deployment.environment=live' };
    expect(tracingSettings(env, 'flotilla-operator')).toMatchObject({
      serviceName: 'flotilla-operator',
      resource: { 'k8s.cluster.name': 'aws-a', 'deployment.environment': 'live' },
    });
    expect(tracingSettings({ ...env, OTEL_SERVICE_NAME: 'mine' }, 'flotilla-operator')?.serviceName).toBe('mine');
  });

  test.each([
    [{ ...BASE, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL is grpc; wanted: http\/protobuf/],
    [{ ...BASE, OTEL_TRACES_EXPORTER: 'zipkin' }, /OTEL_TRACES_EXPORTER is zipkin/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT is collector:4318/],
  ])('is refused by name where it cannot be served: %j', (env, message) => {
    expect(() => tracingSettings(env, 'flotilla-operator')).toThrow(message);
  });
});
