import type { ConnectorVerdict, RunState, SeenConnector, SeenTask } from '../client/observed.ts';
import { redact } from '../runtime/redact.ts';

/** Connectors of `GET /connectors?expand=info&expand=status`. What is no answer of Connect's is no connector. */
export function parseConnectors(answer: unknown): ReadonlyMap<string, SeenConnector> {
  const connectors = new Map<string, SeenConnector>();
  for (const [name, value] of Object.entries((answer ?? {}) as Readonly<Record<string, RawConnector>>)) {
    const { info, status } = value;
    // Just made, or just taken away: nobody has said yet how it is.
    if (info?.config === undefined) continue;
    connectors.set(name, {
      config: info.config,
      state: runState(status?.connector?.state),
      worker: status?.connector?.worker_id ?? '',
      trace: firstLine(status?.connector?.trace),
      tasks: (status?.tasks ?? []).map(seenTask).sort((a, b) => a.id - b.id),
    });
  }
  return connectors;
}

interface RawConnector {
  readonly info?: { readonly config?: Readonly<Record<string, string>> };
  readonly status?: { readonly connector?: RawPart; readonly tasks?: readonly (RawPart & { readonly id: number })[] };
}

interface RawPart {
  readonly state?: string;
  readonly worker_id?: string;
  readonly trace?: string;
}

function seenTask({ id, state, worker_id: worker = '', trace }: RawPart & { readonly id: number }): SeenTask {
  return { id, state: runState(state), worker, trace: firstLine(trace) };
}

const STATES: Readonly<Record<string, RunState>> = {
  UNASSIGNED: 'Unassigned',
  RUNNING: 'Running',
  PAUSED: 'Paused',
  // By hand: it is resumed as one that is paused.
  STOPPED: 'Paused',
  FAILED: 'Failed',
  RESTARTING: 'Restarting',
};

function runState(state: string | undefined): RunState {
  return STATES[state ?? ''] ?? 'Unknown';
}

/** What `PUT /connector-plugins/<class>/config/validate` says. Values of settings are not looked at: some are secrets. */
export function parseVerdict(answer: unknown): ConnectorVerdict {
  const { error_count: count, configs = [] } = (answer ?? {}) as RawVerdict;
  if (count === undefined) return { verdict: 'unknown', reason: 'the answer says nothing of the config' };
  if (count === 0) return { verdict: 'fine' };
  const problems = configs.flatMap(({ value: { name, errors } = {} }) =>
    (errors ?? []).map((error) => `${name ?? ''}: ${error}`),
  );
  return { verdict: 'rejected', problems: withoutSecrets(problems.slice(0, MAX_PROBLEMS).join('; ')) };
}

interface RawVerdict {
  readonly error_count?: number;
  readonly configs?: readonly { readonly value?: { readonly name?: string; readonly errors?: readonly string[] } }[];
}

const MAX_PROBLEMS = 5;

/** First line of a stack trace, as far as it is fit to be read by everybody. */
export function firstLine(trace: string | undefined): string {
  return withoutSecrets(trace?.split('\n', 1)[0] ?? '');
}

/** Text of Connect's without values of settings, which it quotes where it does not like them, and without what else lets in. */
export function withoutSecrets(text: string): string {
  const unquoted = text.replace(/Invalid value [\s\S]*? for configuration/g, 'Invalid value for configuration');
  return redact(unquoted).slice(0, MAX_CHARACTERS);
}

/** As many as the contract has room for. */
const MAX_CHARACTERS = 512;
