import { catalogueOf, findInstanceClass } from './catalogue/index.ts';
import type { ClusterShape, DerivationSection, DerivationStep, NodeShape } from './cluster-shape.ts';
import { DERIVATION_SECTIONS } from './cluster-shape.ts';

/**
 * The derivation of a shape as plain text: each figure with its formula, unit, reason and source, the dimension that
 * decides marked, the pods drawn over their zones, and totals. Every formula evaluates to the result beside it.
 */
export function explainShape(shape: ClusterShape): string {
  const notes = new SourceNotes();
  const sections = DERIVATION_SECTIONS.map((section) => explainSection(shape, section, notes));
  return [
    title(shape),
    ...sections.filter((text) => text !== ''),
    explainPlacement(shape),
    explainTotals(shape),
    notes.text(),
  ].join('\n\n');
}

function title({ request: { cloud, ckus, zones, infiniteStorage } }: ClusterShape): string {
  return `${ckus} ${ckus === 1 ? 'CKU' : 'CKUs'} on ${cloud}, zones ${zones.join(', ')}, Infinite Storage ${infiniteStorage}`;
}

const TITLES: Readonly<Record<Exclude<DerivationSection, 'broker'>, string>> = {
  limits: 'Limits of the cluster',
  brokers: 'Number of brokers (the row marked ● decides)',
  volume: "Each broker's volume",
  quotas: 'Quotas of each broker',
};

function explainSection(shape: ClusterShape, section: DerivationSection, notes: SourceNotes): string {
  const steps = shape.derivation.filter((step) => step.section === section);
  if (steps.length === 0) {
    return '';
  }
  const nameWidth = Math.max(...steps.map(({ name }) => name.length));
  const resultWidth = Math.max(...steps.map(({ result }) => number(result).length));
  const unitWidth = Math.max(...steps.map(({ unit }) => unit.length));
  const rows = steps.map((step) => {
    const figures = [
      step.name.padEnd(nameWidth),
      number(step.result).padStart(resultWidth),
      step.unit.padEnd(unitWidth),
      `= ${step.formula}`,
    ];
    return `${step.binding === true ? '●' : ' '} ${figures.join('  ')}\n      ${reason(step, notes)}`;
  });
  return [section === 'broker' ? brokerTitle(shape) : TITLES[section], ...rows].join('\n');
}

function brokerTitle({ brokers: { instanceClass }, request: { cloud } }: ClusterShape): string {
  const machine = findInstanceClass(cloud, instanceClass);
  const size = machine === undefined ? '' : ` (${machine.vcpus} vCPUs, ${number(machine.memoryMib / 1024)} GiB)`;
  const { brokers } = catalogueOf(cloud);
  const why = brokers.kind === 'derived' ? `: ${brokers.reason}` : '';
  return `Each broker on ${instanceClass}${size}${why}`;
}

function reason(step: DerivationStep, notes: SourceNotes): string {
  return step.source === undefined ? step.reason : `${step.reason} ${notes.mark(step.source)}`;
}

function explainPlacement({ brokers, controllers, request: { zones } }: ClusterShape): string {
  const zoneWidth = Math.max(...zones.map((zone) => zone.length));
  const drawn = zones.map((zone) => ({
    zone: zone.padEnd(zoneWidth),
    brokers: podsIn(brokers, zone),
    controllers: podsIn(controllers, zone),
  }));
  const countWidth = Math.max(...drawn.map((row) => String(row.brokers.length).length));
  const podsWidth = Math.max(...drawn.map((row) => draw(row.brokers).length));
  return [
    'Placement (pod i lives in zone i modulo the number of zones: growth moves nobody)',
    ...drawn.map((row) =>
      [
        ` `,
        row.zone,
        `${String(row.brokers.length).padStart(countWidth)} brokers`,
        draw(row.brokers).padEnd(podsWidth),
        draw(row.controllers),
      ]
        .join('  ')
        .trimEnd(),
    ),
  ].join('\n');
}

/** Pods that a line shows by name; of more, the first ones and the last. */
const MOST_PODS_DRAWN = 6;

function draw(pods: readonly string[]): string {
  const last = pods.at(-1);
  return pods.length <= MOST_PODS_DRAWN || last === undefined
    ? pods.join(' ')
    : `${pods.slice(0, MOST_PODS_DRAWN - 1).join(' ')} … ${last}`;
}

function podsIn({ placement }: NodeShape, zone: string): readonly string[] {
  return placement[zone]?.pods ?? [];
}

function explainTotals({ brokers, controllers, request: { cloud } }: ClusterShape): string {
  const volumes = brokers.count + controllers.count;
  const sizeGib = brokers.count * brokers.volume.sizeGib + controllers.count * controllers.volume.sizeGib;
  const machines =
    catalogueOf(cloud).brokers.kind === 'derived'
      ? `${brokers.count} × ${brokers.instanceClass}, one for each broker; ${controllers.count} controllers on platform nodes (${controllers.instanceClass})`
      : `${brokers.count} brokers and ${controllers.count} controllers on shared nodes (${brokers.instanceClass})`;
  return [
    'Totals',
    `  instances       ${machines}`,
    `  volumes         ${volumes} of type ${catalogueOf(cloud).volumeType.name}: ${brokers.count} × ${number(brokers.volume.sizeGib)} + ${controllers.count} × ${number(controllers.volume.sizeGib)} = ${number(sizeGib)} GiB`,
    `  load balancers  1 for the whole data plane (a gateway that passes TLS through by host name), shared with its other clusters;`,
    `                  one for each broker and one for bootstrap would be ${brokers.count} + 1 = ${brokers.count + 1} for this cluster alone`,
  ].join('\n');
}

/** At most three decimals, thousands apart. */
function number(value: number): string {
  return NUMBER.format(value);
}
const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

/** Sources, each named once at the end and by its mark everywhere else. */
class SourceNotes {
  readonly #marks = new Map<string, string>();

  mark(source: string): string {
    const known = this.#marks.get(source);
    if (known !== undefined) {
      return known;
    }
    const mark = `[${this.#marks.size + 1}]`;
    this.#marks.set(source, mark);
    return mark;
  }

  text(): string {
    return ['Sources', ...[...this.#marks].map(([source, mark]) => `  ${mark} ${source}`)].join('\n');
  }
}
