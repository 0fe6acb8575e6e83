import { join } from 'node:path';
import { PATHS, INSTALL_ROOT } from '../project.ts';

/** One part of `flotilla test`: a command whose exit code is its verdict. */
export interface Stage {
  readonly name: string;
  readonly title: string;
  readonly command: readonly string[];
  /**
   * `alone` stages start real clusters, which wait more than they compute, and come one after the other. `background` ones only
   * compute: they take what is idle from the first moment to the last.
   */
  readonly share: 'parallel' | 'alone' | 'background';
  /** `jest` stages count their tests; any other stage counts as one check. */
  readonly count: 'jest' | 'one';
  /** Over the environment of the whole. @default - nothing */
  readonly env?: NodeJS.ProcessEnv;
  /** What takes away what the command leaves when it is interrupted. @default - it leaves nothing */
  readonly afterInterrupt?: readonly string[];
}

/** Where the tests' own region lies, whatever a person has running in the usual folder. */
const REGION_STATE = process.env['FLOTILLA_STATE'] ?? '/var/tmp/flotilla-test-region';

const bin = (name: string): string => join(INSTALL_ROOT, 'node_modules', '.bin', name);
const jest = (project: string, ...more: readonly string[]): readonly string[] => [
  PATHS.node,
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  bin('jest'),
  '--selectProjects',
  project,
  ...more,
];

/** What only computes is kept waiting for what has a real cluster to serve. */
const IDLE = ['nice', '-n', '19'];

/** In the order in which they start, the cheapest news first. */
export const STAGES: readonly Stage[] = [
  {
    name: 'lint',
    title: 'Lint and import rules (ESLint)',
    command: [...IDLE, bin('eslint'), '--max-warnings', '0', '.'],
    share: 'background',
    count: 'one',
  },
  {
    name: 'docs',
    title: 'API documentation (TypeDoc)',
    command: [...IDLE, bin('typedoc'), '--emit', 'none', '--treatWarningsAsErrors'],
    share: 'background',
    count: 'one',
  },
  {
    name: 'simulation',
    title: 'Controllers in simulated worlds',
    command: [...IDLE, ...jest('simulation', '--runInBand')],
    share: 'background',
    count: 'jest',
  },
  {
    name: 'format',
    title: 'Formatting (Prettier)',
    command: [bin('prettier'), '--check', '--log-level', 'warn', '.'],
    share: 'parallel',
    count: 'one',
  },
  {
    name: 'types',
    title: 'Types (TypeScript)',
    command: [bin('tsc'), '--project', '.'],
    share: 'parallel',
    count: 'one',
  },
  {
    name: 'generated',
    title: 'Generated code is up to date',
    command: [PATHS.node, join(INSTALL_ROOT, 'cli', 'main.ts'), 'generate', '--check'],
    share: 'parallel',
    count: 'one',
  },
  {
    name: 'unit',
    title: 'Unit, property and policy tests',
    // What takes only what is idle gives way: both cores are theirs.
    command: jest('unit', '--maxWorkers=2'),
    share: 'parallel',
    count: 'jest',
  },
  {
    name: 'e2e',
    title: 'Real Kafka and real API server',
    // Each file has its own ports, addresses and folders, and waits for other processes more than it computes.
    command: jest('e2e', '--maxWorkers=2'),
    share: 'alone',
    count: 'jest',
  },
  {
    name: 'region',
    title: 'A whole region on this machine, with faults',
    command: jest('region', '--runInBand'),
    env: { FLOTILLA_STATE: REGION_STATE },
    ...(process.env['FLOTILLA_KEEP_REGION'] === undefined
      ? { afterInterrupt: [PATHS.node, join(INSTALL_ROOT, 'cli', 'main.ts'), 'down', '--purge'] }
      : {}),
    share: 'alone',
    count: 'jest',
  },
];
