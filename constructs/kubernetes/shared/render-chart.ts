import { App, Chart } from 'cdk8s';
import type { KubernetesObject, ObjectMetadata } from '../../../contracts/kubernetes-object.ts';
import { inApplyOrder } from './object-order.ts';

/**
 * Objects that `build` adds to a chart of its own, validated and in apply order.
 *
 * One small app per chart keeps the cost of a chart free of every other one: cdk8s walks and validates a whole app for
 * each chart in it.
 *
 * @throws Error naming every construct whose validation failed
 */
export function renderChart(
  labels: Readonly<Record<string, string>>,
  build: (chart: Chart) => void,
): readonly KubernetesObject[] {
  const chart = new Chart(new App(), 'chart', { labels: { ...labels }, disableResourceNameHashes: true });
  build(chart);
  const rendered: readonly unknown[] = chart.toJson();
  return inApplyOrder(rendered.map(asKubernetesObject));
}

function asKubernetesObject(json: unknown): KubernetesObject {
  const object = json as { apiVersion?: unknown; kind?: unknown; metadata?: ObjectMetadata };
  if (typeof object.apiVersion !== 'string' || typeof object.kind !== 'string' || object.metadata === undefined) {
    throw new Error(`a chart made something that is no Kubernetes object: ${JSON.stringify(json).slice(0, 200)}`);
  }
  return object as KubernetesObject;
}
