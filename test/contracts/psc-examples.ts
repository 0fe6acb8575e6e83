import type { PhysicalStatefulCluster } from '../../contracts/psc.ts';
import { connectPsc, edited, kafkaPsc, ksqlDbPsc, type Edits } from './example-pscs.ts';

/** One PSC that is written, and what the contract says of it. The same table runs against a real API server. */
export interface PscExample {
  readonly title: string;
  /** Message of the CEL rule, or what the parser says of the structure; for accepted ones: the rule that is kept. */
  readonly rule: string;
  readonly source: 'cel' | 'structure';
  /** What was there before, accepted by itself: the example is an update of it. */
  readonly old?: PhysicalStatefulCluster;
  readonly psc: Readonly<Record<string, unknown>>;
  readonly verdict: 'accepted' | 'refused';
}

type Change = readonly [title: string, edits: Edits];

/** On creates: rules of CEL with what breaks them and what just keeps them. */
function onCreate(
  rule: string,
  base: () => PhysicalStatefulCluster,
  changes: { readonly refused: readonly Change[]; readonly accepted: readonly Change[] },
): readonly PscExample[] {
  return (['refused', 'accepted'] as const).flatMap((verdict) =>
    changes[verdict].map(([title, edits]) => ({ title, rule, source: 'cel', psc: edited(base(), edits), verdict })),
  );
}

/** On updates of a valid PSC. */
function onUpdate(
  rule: string,
  base: () => PhysicalStatefulCluster,
  changes: { readonly refused: readonly Change[]; readonly accepted: readonly Change[] },
): readonly PscExample[] {
  return onCreate(rule, base, changes).map((example) => ({ ...example, old: base() }));
}

function immutable(base: () => PhysicalStatefulCluster, path: string, other: unknown): readonly PscExample[] {
  const field = path.split('.').at(-1) ?? '';
  return onUpdate(`${field} cannot be changed`, base, {
    refused: [[`${path} changed`, { [path]: other }]],
    accepted: [[`${path} kept while another field changes`, { 'spec.revision': '8' }]],
  });
}

function structure(rule: string, title: string, edits: Edits, base = kafkaPsc): PscExample {
  return { title, rule, source: 'structure', psc: edited(base(), edits), verdict: 'refused' };
}

function kept(rule: string, title: string, edits: Edits): PscExample {
  return { title, rule, source: 'structure', psc: edited(kafkaPsc(), edits), verdict: 'accepted' };
}

const LARGEST_ZONES = 6;
const LARGEST_PODS = 64;
const PLACEMENT = 'spec.kafka.placement';
const CONTROLLERS = 'spec.kafka.controllers.placement';

const NAME_EXAMPLES = [
  ...onCreate('a PSC name has at most 40 characters, so that every name derived from it stays within 63', kafkaPsc, {
    refused: [['a name of 41 characters', { 'metadata.name': 'a'.repeat(41) }]],
    accepted: [['a name of 40 characters', { 'metadata.name': 'a'.repeat(40) }]],
  }),
  ...onCreate(
    'a PSC name is a DNS label that starts with a letter: host names and namespaces are made from it',
    kafkaPsc,
    {
      refused: [
        ['a name with a dot', { 'metadata.name': 'orders.eu' }],
        ['a name that starts with a digit', { 'metadata.name': '1orders' }],
      ],
      accepted: [['a name of one letter', { 'metadata.name': 'a' }]],
    },
  ),
];

const KIND_EXAMPLES = [
  ...onCreate('exactly one of kafka, connect and ksqldb must be set', kafkaPsc, {
    refused: [
      ['no kind of cluster', { 'spec.kafka': undefined }],
      ['two kinds of cluster', { 'spec.connect': connectPsc().spec.connect }],
    ],
    accepted: [['one kind of cluster', {}]],
  }),
  ...onUpdate('a cluster keeps its kind: kafka, connect or ksqldb', kafkaPsc, {
    refused: [
      ['Kafka becomes Connect', { 'spec.kafka': undefined, 'spec.connect': connectPsc().spec.connect }],
      ['Kafka becomes ksqlDB', { 'spec.kafka': undefined, 'spec.ksqldb': ksqlDbPsc().spec.ksqldb }],
    ],
    accepted: [['Kafka stays Kafka', { 'spec.kafka.ckus': 3 }]],
  }),
  ...onUpdate('a cluster keeps its kind: kafka, connect or ksqldb', ksqlDbPsc, {
    refused: [['ksqlDB becomes Connect', { 'spec.ksqldb': undefined, 'spec.connect': connectPsc().spec.connect }]],
    accepted: [['ksqlDB stays ksqlDB', { 'spec.ksqldb.nodes': 3 }]],
  }),
];

const PLACEMENT_EXAMPLES = [
  ...onCreate('every broker must be placed in one of spec.zones', kafkaPsc, {
    refused: [['a broker in an unknown zone', { [`${PLACEMENT}.zone-d`]: { pods: ['kafka-6'] } }]],
    accepted: [['a broker fewer in a known zone', { [`${PLACEMENT}.zone-a`]: { pods: ['kafka-0'] } }]],
  }),
  ...onCreate('every controller must be placed in one of spec.zones', kafkaPsc, {
    refused: [['a controller in an unknown zone', { [`${CONTROLLERS}.zone-d`]: { pods: ['controller-3'] } }]],
    accepted: [['three controllers in one known zone', { [CONTROLLERS]: { 'zone-b': { pods: controllers(3) } } }]],
  }),
  ...onCreate('every broker must be placed exactly once', kafkaPsc, {
    refused: [['a broker in two zones', { [`${PLACEMENT}.zone-b.pods`]: ['kafka-1', 'kafka-4', 'kafka-0'] }]],
    accepted: [['as many brokers as the contract allows', largest()]],
  }),
  ...onCreate('every controller must be placed exactly once', kafkaPsc, {
    refused: [['a controller in two zones', { [`${CONTROLLERS}.zone-b.pods`]: ['controller-1', 'controller-0'] }]],
    accepted: [['two controllers of one zone', { [`${CONTROLLERS}.zone-b.pods`]: ['controller-1', 'controller-3'] }]],
  }),
  ...onCreate('brokers are called kafka-<n>', kafkaPsc, {
    refused: [['a controller among the brokers', { [`${PLACEMENT}.zone-a.pods`]: ['kafka-0', 'controller-3'] }]],
    accepted: [['a broker with a high number', { [`${PLACEMENT}.zone-a.pods`]: ['kafka-999'] }]],
  }),
  ...onCreate('controllers are called controller-<n>', kafkaPsc, {
    refused: [['a broker among the controllers', { [`${CONTROLLERS}.zone-a.pods`]: ['kafka-9'] }]],
    accepted: [['a controller with a high number', { [`${CONTROLLERS}.zone-a.pods`]: ['controller-999'] }]],
  }),
  ...onUpdate('a broker never moves to another zone: its volume cannot follow', kafkaPsc, {
    refused: [
      [
        'two brokers swap zones',
        { [`${PLACEMENT}.zone-a.pods`]: ['kafka-1', 'kafka-3'], [`${PLACEMENT}.zone-b.pods`]: ['kafka-0', 'kafka-4'] },
      ],
    ],
    accepted: [
      ['a broker comes to a zone', { [`${PLACEMENT}.zone-a.pods`]: ['kafka-0', 'kafka-3', 'kafka-6'] }],
      ['a broker goes for good', { [`${PLACEMENT}.zone-a.pods`]: ['kafka-0'] }],
    ],
  }),
  ...onUpdate('a controller never moves to another zone: its volume cannot follow', kafkaPsc, {
    refused: [
      [
        'two controllers swap zones',
        { [`${CONTROLLERS}.zone-a.pods`]: ['controller-1'], [`${CONTROLLERS}.zone-b.pods`]: ['controller-0'] },
      ],
    ],
    accepted: [['controllers stay', { 'spec.revision': '8' }]],
  }),
  { ...largestUpdate(), title: 'the largest cluster loses one broker' },
];

const SPEC_EXAMPLES = [
  ...onUpdate('revision only rises', kafkaPsc, {
    refused: [
      ['revision 6 after 7', { 'spec.revision': '6' }],
      ['revision 0 after 7', { 'spec.revision': '0' }],
    ],
    accepted: [
      ['revision 7 again', {}],
      ['revision 10 after 7, lower as text', { 'spec.revision': '10' }],
      ['the highest revision', { 'spec.revision': '9'.repeat(18) }],
    ],
  }),
  ...immutable(kafkaPsc, 'spec.tenant', 'payments'),
  ...immutable(kafkaPsc, 'spec.cloud', 'gcp'),
  ...immutable(kafkaPsc, 'spec.region', 'us-east-1'),
  ...immutable(kafkaPsc, 'spec.kubernetesCluster', 'aws-us-west-2-b'),
  ...immutable(kafkaPsc, 'spec.domain', 'other.example.com'),
  ...immutable(kafkaPsc, 'spec.kafka.clusterId', 'A'.repeat(22)),
  ...immutable(kafkaPsc, 'spec.kafka.brokers.storage.classPrefix', 'other'),
  ...immutable(kafkaPsc, 'spec.kafka.controllers.storage.classPrefix', 'other'),
  ...immutable(ksqlDbPsc, 'spec.ksqldb.storage.classPrefix', 'other'),
  ...immutable(kafkaPsc, 'spec.kafka.tieredStorage.bucket', 'other'),
  ...immutable(kafkaPsc, 'spec.kafka.tieredStorage.prefix', 'other'),
  ...immutable(connectPsc, 'spec.connect.kafka', 'other'),
  ...immutable(ksqlDbPsc, 'spec.ksqldb.kafka', 'other'),
  ...onUpdate('Infinite Storage cannot be taken away: records that only the bucket holds would be lost', kafkaPsc, {
    refused: [['Infinite Storage taken away', { 'spec.kafka.tieredStorage': undefined }]],
    accepted: [['a shorter local retention', { 'spec.kafka.tieredStorage.localRetentionMs': '1000' }]],
  }),
  ...onUpdate('volumes never shrink', kafkaPsc, {
    refused: [
      ['smaller broker volumes', { 'spec.kafka.brokers.storage.sizeGib': 499 }],
      ['smaller controller volumes', { 'spec.kafka.controllers.storage.sizeGib': 19 }],
    ],
    accepted: [['larger broker volumes', { 'spec.kafka.brokers.storage.sizeGib': 501 }]],
  }),
  ...onUpdate('volumes never shrink', ksqlDbPsc, {
    refused: [['smaller ksqlDB volumes', { 'spec.ksqldb.storage.sizeGib': 19 }]],
    accepted: [['larger ksqlDB volumes', { 'spec.ksqldb.storage.sizeGib': 21 }]],
  }),
  ...onCreate('a CPU limit is at least its request', kafkaPsc, {
    refused: [['a limit below the request', { 'spec.kafka.brokers.resources.cpuLimitMillis': 1999 }]],
    accepted: [['a limit equal to the request', { 'spec.kafka.brokers.resources.cpuLimitMillis': 2000 }]],
  }),
  ...onCreate('the Java heap is smaller than the memory', kafkaPsc, {
    refused: [['a heap as large as the memory', { 'spec.kafka.brokers.resources.heapMib': 8192 }]],
    accepted: [['a heap below the memory', { 'spec.kafka.brokers.resources.heapMib': 8191 }]],
  }),
  ...onCreate('names of settings are letters, digits, dots, dashes and underscores', kafkaPsc, {
    refused: [
      ['a setting name with a line break', { 'spec.kafka.config': { 'a\nb': '1' } }],
      ['a setting name with an equals sign', { 'spec.kafka.config': { 'a=b': '1' } }],
    ],
    accepted: [['settings of all characters', { 'spec.kafka.config': { 'a.b_c-D9': 'x=y' } }]],
  }),
];

const STRUCTURE_EXAMPLES: readonly PscExample[] = [
  structure('is required', 'no revision', { 'spec.revision': undefined }),
  structure('is required', 'no spec', { spec: undefined }),
  structure('is not a field of this contract', 'a field that is not known', { 'spec.kafka.brokrs': {} }),
  structure('must be string', 'a revision as a JSON number', { 'spec.revision': 7 }),
  structure('must match', 'a revision with a leading zero', { 'spec.revision': '07' }),
  structure('must match', 'a negative revision', { 'spec.revision': '-1' }),
  structure('must NOT have more than 18 characters', 'a revision beyond 64 bits', { 'spec.revision': '9'.repeat(19) }),
  structure('must be one of aws, gcp, azure, local', 'a cloud that is not known', { 'spec.cloud': 'other' }),
  structure('must be <= 152', 'more CKUs than Kafka carries', { 'spec.kafka.ckus': 153 }),
  structure('must be integer', 'half a CKU', { 'spec.kafka.ckus': 1.5 }),
  structure('must be <= 2147483647', 'a number beyond 32 bits', { 'spec.kafka.limits.connections': 3_000_000_000 }),
  structure('must be object', 'a null for a required object', { 'spec.kafka.brokers': null }),
  structure('must not have the same value twice', 'a zone twice', { 'spec.zones': ['zone-a', 'zone-a'] }),
  structure('must NOT have fewer than 1 items', 'no zones', { 'spec.zones': [] }),
  structure('must match', 'an image without a digest', { 'spec.kafka.image': 'registry.example/kafka:4.3.1' }),
  structure('must match', 'a setting of two lines', { 'spec.kafka.config': { a: 'x\nlisteners=PLAINTEXT://:9' } }),
  structure('must be a time as RFC 3339 writes it', 'a day that no month has', {
    'spec.maintenance.rollRequestedAt': '2026-02-30T00:00:00Z',
  }),
  structure(
    'must not have two items of the same name',
    'a connector twice',
    {
      'spec.connect.connectors': [
        { name: 'outbox', config: {} },
        { name: 'outbox', config: {} },
      ],
    },
    connectPsc,
  ),
];

const EXCLUDED = 'spec.maintenance.excludedTopics';

const EXCLUDED_EXAMPLES: readonly PscExample[] = [
  kept('must match', 'topics excluded by name and by the beginning of names', {
    [EXCLUDED]: ['audit', 'A.b_c-9', 'metrics-*', '*', 'a'.repeat(249), `${'b'.repeat(248)}*`],
  }),
  structure('must match', 'an asterisk within the name of an excluded topic', { [EXCLUDED]: ['a*b'] }),
  structure('must match', 'an excluded topic of two asterisks', { [EXCLUDED]: ['a**'] }),
  structure('must match', 'an excluded topic without a name', { [EXCLUDED]: [''] }),
  structure('must match', 'an excluded topic with a space', { [EXCLUDED]: ['a b'] }),
  structure('must NOT have more than 249 characters', 'an excluded topic of 250 characters', {
    [EXCLUDED]: ['a'.repeat(250)],
  }),
  structure('must not have the same value twice', 'an excluded topic twice', { [EXCLUDED]: ['audit', 'audit'] }),
  structure('must NOT have more than 256 items', '257 excluded topics', {
    [EXCLUDED]: Array.from({ length: 257 }, (_, index) => `topic-${index}`),
  }),
];

const WINDOWS = 'spec.maintenanceWindows';

const WINDOW_EXAMPLES: readonly PscExample[] = [
  kept('must match', 'maintenance windows of some days and of every day', {
    [WINDOWS]: [
      { days: ['Saturday', 'Sunday'], start: '23:30', durationMinutes: 240, timeZone: 'America/Argentina/Ushuaia' },
      { start: '02:00', durationMinutes: 30 },
    ],
  }),
  structure('must match', 'a window that opens after midnight has come', {
    [WINDOWS]: [{ start: '24:00', durationMinutes: 60 }],
  }),
  structure('must match', 'a window on a day that no week has', {
    [WINDOWS]: [{ days: ['Caturday'], start: '02:00', durationMinutes: 60 }],
  }),
  structure('must be >= 30', 'a window too short for a batch', { [WINDOWS]: [{ start: '02:00', durationMinutes: 5 }] }),
  structure('must be <= 1440', 'a window of more than a day', {
    [WINDOWS]: [{ start: '02:00', durationMinutes: 1441 }],
  }),
  structure('is required', 'a window without an end', { [WINDOWS]: [{ start: '02:00' }] }),
];

export const PSC_EXAMPLES: readonly PscExample[] = [
  ...NAME_EXAMPLES,
  ...KIND_EXAMPLES,
  ...PLACEMENT_EXAMPLES,
  ...SPEC_EXAMPLES,
  ...STRUCTURE_EXAMPLES,
  ...EXCLUDED_EXAMPLES,
  ...WINDOW_EXAMPLES,
];

function controllers(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `controller-${index}`);
}

// What the API server's run-time cost limit must let through.
function largest(): Edits {
  const zones = Array.from({ length: LARGEST_ZONES }, (_, index) => `zone-${'abcdef'.charAt(index)}`);
  const pods = (zone: number) =>
    Array.from({ length: LARGEST_PODS }, (_, pod) => `kafka-${pod * LARGEST_ZONES + zone}`);
  const placement = Object.fromEntries(zones.map((zone, index) => [zone, { pods: pods(index) }]));
  return { 'spec.zones': zones, [PLACEMENT]: placement, 'spec.kafka.ckus': 128 };
}

function largestUpdate(): Omit<PscExample, 'title'> {
  const old = edited(kafkaPsc(), largest()) as unknown as PhysicalStatefulCluster;
  return {
    rule: 'a broker never moves to another zone: its volume cannot follow',
    source: 'cel',
    old,
    psc: edited(old, { [`${PLACEMENT}.zone-f.pods`]: old.spec.kafka?.placement['zone-f']?.pods.slice(0, -1) }),
    verdict: 'accepted',
  };
}
