import { ROOT_CONTEXT, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { StepAttributes, Steps } from './steps.ts';

export interface TracingSettings {
  /** Where spans go by OTLP/HTTP, the whole path, as in `http://collector:4318/v1/traces`. */
  readonly url: string;
  readonly serviceName: string;
  /** More of what the spans come from. @default - the name alone */
  readonly resource?: StepAttributes;
}

export interface Tracing {
  /** Each step becomes a span, those inside of it its children. */
  readonly steps: Steps;
  /** Sends what is left, but does not wait for long. Never rejects. */
  readonly stop: () => Promise<void>;
}

/** Spans that wait to be sent; more are dropped, whatever becomes of the collector. */
const MAX_QUEUED = 2_048;
const MAX_BATCH = 512;
const SEND_EVERY_MS = 5_000;
const SEND_MAX_MS = 3_000;

/** Sends steps as OpenTelemetry spans. Headers, time-outs and compression follow the exporter's own OTEL_EXPORTER_OTLP_* variables. */
export function startTracing({ url, serviceName, resource = {} }: TracingSettings): Tracing {
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url }),
    maxQueueSize: MAX_QUEUED,
    maxExportBatchSize: MAX_BATCH,
    scheduledDelayMillis: SEND_EVERY_MS,
    exportTimeoutMillis: SEND_MAX_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ ...resource, 'service.name': serviceName }),
    spanProcessors: [processor],
  });
  return {
    steps: stepsIn(provider.getTracer(serviceName)),
    stop: async () => {
      const late = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => {
        late.resolve(undefined);
      }, SEND_MAX_MS);
      // What cannot be sent is lost: a service must not fail by its traces.
      await Promise.race([provider.shutdown().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    },
  };
}

function stepsIn(tracer: Tracer, parent?: Span): Steps {
  const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
  return {
    run: async (name, step) => {
      const span = tracer.startSpan(name, {}, context);
      try {
        return await step(stepsIn(tracer, span));
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
    runNow: (name, step) => {
      const span = tracer.startSpan(name, {}, context);
      try {
        return step();
      } catch (error) {
        fail(span, error);
        throw error;
      } finally {
        span.end();
      }
    },
    note: (attributes) => {
      parent?.setAttributes(attributes);
    },
  };
}

function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
  if (error instanceof Error) span.setAttribute('error.type', error.name);
}
