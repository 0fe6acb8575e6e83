import type { ConnectPort } from '../../../operators/client/ports.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';

/** A Connect cluster under the hands of the conformance tests. */
export interface ConnectConformanceWorld {
  readonly port: ConnectPort;
  readonly psc: StoredPsc;
  /** Config of a connector with this many tasks, which runs; `invalid`: that Connect refuses. */
  readonly config: (tasks: number, how?: 'valid' | 'invalid') => Readonly<Record<string, string>>;
  /** From now on tasks of all connectors fail, with a secret in their words, until the other is called. */
  readonly breakTasks: () => Promise<void>;
  readonly mendTasks: () => Promise<void>;
  /** Text that must be nowhere. */
  readonly secret: string;
  readonly eventually: <T>(what: string, look: () => Promise<T | undefined>) => Promise<T>;
  readonly stop: () => Promise<void>;
}
