import { dashboardJson } from '../../constructs/kubernetes/data-plane/dashboard.ts';

/** What a query asks for: a metric, and labels with their values; an empty value stands for a label that is absent. */
export interface Selector {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Everything that the dashboard's queries ask for under names that begin so, but for labels that the scraper adds. */
export function selectorsOf(prefix: string): readonly Selector[] {
  const { panels } = JSON.parse(dashboardJson()) as {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  };
  return panels
    .flatMap(({ targets }) => targets)
    .flatMap(({ expr }) => [...expr.matchAll(SELECTOR)])
    .filter(([, name = '']) => name.startsWith(prefix))
    .map(([, name = '', matchers = '']) => ({
      name,
      labels: Object.fromEntries([...matchers.matchAll(EQUALS)].map(([, label = '', value = '']) => [label, value])),
    }));
}

/** Those of the selectors that no sample of the exposition is meant by. */
export function missingSelectors(selectors: readonly Selector[], exposition: string): readonly Selector[] {
  const samples = exposition.split('\n').flatMap((line) => {
    const [, name, labels = ''] = SAMPLE.exec(line) ?? [];
    const pairs = [...labels.matchAll(EQUALS)].map(([, label = '', value = '']) => [label, value] as const);
    return name === undefined ? [] : [{ name, labels: new Map(pairs) }];
  });
  return selectors.filter(
    (wanted) =>
      !samples.some(
        ({ name, labels }) =>
          name === wanted.name &&
          Object.entries(wanted.labels).every(([label, value]) => (labels.get(label) ?? '') === value),
      ),
  );
}

const SELECTOR = /\b((?:kafka|flotilla|kubelet)_[a-z_]+)(?:\{([^}]*)\})?/g;
const EQUALS = /(\w+)="([^"]*)"/g;
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? \S+/;
