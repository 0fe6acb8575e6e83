import { leadOperator, type PassObserver } from '../../../operators/psc/lead-operator.ts';
import type { Observed } from '../../../operators/psc/observed.ts';
import type { ClusterPort, KafkaPort } from '../../../operators/psc/ports.ts';
import type { ReconcileResult } from '../../../operators/psc/reconcile.ts';
import type { Steps } from '../../../operators/runtime/steps.ts';
import type { Timers } from '../../../operators/runtime/timers.ts';
import { HOLDER, NOW_MS, OPTIONS } from './observed-cluster.ts';

/** One PSC whose writes change nothing, and time that stands still until a test moves it. */
export interface LeadWorld {
  readonly ports: { readonly cluster: ClusterPort; readonly kafka: KafkaPort };
  readonly ended: readonly (readonly [psc: string, result: ReconcileResult])[];
  readonly failures: readonly string[];
  readonly writes: string[];
  readonly isOver: () => boolean;
  readonly lead: () => Promise<void>;
  readonly stop: () => void;
  readonly change: (psc: string) => void;
  readonly remove: () => void;
  readonly onWrite: (next: () => Promise<void>) => void;
  readonly passTime: (timeMs: number) => void;
  /** Resolves when nothing goes on any longer that does not wait for time or for a test. */
  readonly settled: () => Promise<void>;
}

export function leadWorld(first: Observed, steps?: Steps): LeadWorld {
  let observed: Observed | undefined = first;
  let nowMs = 0;
  let isOver = false;
  let write: () => Promise<void> = () => Promise.resolve();
  let change: (psc: string) => void = () => undefined;
  const due: { readonly atMs: number; readonly run: () => void }[] = [];
  const ended: [string, ReconcileResult][] = [];
  const failures: string[] = [];
  const writes: string[] = [];
  const stop = new AbortController();
  const written = (what: string) => async (): Promise<void> => {
    writes.push(what);
    await write();
  };
  const cluster: ClusterPort = {
    cached: () => observed,
    fresh: () => Promise.resolve(observed),
    credentials: () => Promise.resolve(first.credentials),
    issueCredentials: written('issue'),
    rotateAuthority: written('rotate'),
    requestAuthority: written('request'),
    renewAuthority: written('renew'),
    rotatePasswords: written('passwords'),
    apply: async (object) => {
      await written('apply')();
      return object;
    },
    writeStatus: written('status'),
    setFinalizer: written('finalizer'),
    remove: written('remove'),
    deleteClaim: written('delete claim'),
    releaseVolume: written('release volume'),
    setGate: written('gate'),
    touchPod: written('touch'),
    evict: written('evict'),
    deletePod: written('delete'),
    event: () => Promise.resolve(),
  };
  const kafka: KafkaPort = {
    cached: () => first.kafka,
    fresh: () => Promise.resolve(first.kafka),
    shownCertificates: () => Promise.resolve(new Map()),
    loginAnswers: () => Promise.resolve(new Map()),
    alterLogins: written('logins'),
    alterClusterSettings: written('settings'),
    alterDefaultQuota: written('quota'),
    electPreferred: written('elect'),
    setCordon: written('cordon'),
    unregisterBroker: written('unregister'),
    finishFeatures: written('finish features'),
    addVoter: written('add voter'),
    removeVoter: written('remove voter'),
  };
  const timers: Timers = {
    nowMs: () => nowMs,
    after: (delayMs, run) => {
      const timer = { atMs: nowMs + delayMs, run };
      due.push(timer);
      return () => {
        const at = due.indexOf(timer);
        if (at >= 0) due.splice(at, 1);
      };
    },
  };
  const observer: PassObserver = {
    began: () => undefined,
    ended: (psc, result) => ended.push([psc, result]),
    failed: (_psc, error) => failures.push(error instanceof Error ? error.message : ''),
    over: () => {
      isOver = true;
    },
  };
  return {
    ports: { cluster, kafka },
    ended,
    failures,
    writes,
    isOver: () => isOver,
    lead: async () => {
      const names = { resolved: () => Promise.resolve(new Set<string>()) };
      await leadOperator(
        {
          ports: {
            cluster,
            kafka,
            names,
            ...NO_CLIENTS,
            clock: { nowMs: () => NOW_MS },
            holder: HOLDER,
            ...(steps === undefined ? {} : { steps }),
          },
          dataPlane: OPTIONS.dataPlane,
          timers,
          known: () => ['orders'],
          onChange: (changed) => {
            change = changed;
            return () => undefined;
          },
          observer,
        },
        { isLeader: () => true, signal: stop.signal },
      );
    },
    stop: () => {
      stop.abort();
    },
    change: (psc: string) => {
      change(psc);
    },
    remove: () => {
      observed = undefined;
    },
    onWrite: (next: () => Promise<void>) => {
      write = next;
    },
    passTime: (timeMs: number) => {
      nowMs += timeMs;
      for (const timer of due.filter(({ atMs }) => atMs <= nowMs)) {
        due.splice(due.indexOf(timer), 1);
        timer.run();
      }
    },
    settled: async () => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

/** There is no Connect and no ksqlDB cluster. */
const NOBODY = (): Promise<never> => Promise.reject(new Error('there is no such cluster'));
const NO_CLIENTS = {
  access: { state: NOBODY, grant: NOBODY, rotate: NOBODY, announce: NOBODY, revoke: NOBODY },
  connect: {
    view: NOBODY,
    verdict: NOBODY,
    create: NOBODY,
    configure: NOBODY,
    pause: NOBODY,
    resume: NOBODY,
    restartFailed: NOBODY,
    remove: NOBODY,
  },
} as const;
