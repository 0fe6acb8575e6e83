import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OPERATOR_MEMORY_MIB } from '../../../../constructs/kubernetes/data-plane/data-plane-services.ts';
import { nodeHeap } from '../../../../constructs/kubernetes/shared/node-heap.ts';
import { NAMESPACES } from '../../../../contracts/names.ts';
import { freePorts } from '../../../../local/kubernetes/free-ports.ts';
import { proportionalSetBytes } from '../../../../local/processes/process-table.ts';
import { OPERATOR_LEASE } from '../../../../operators/psc/serve-operator.ts';
import { exampleContext } from '../../../constructs/kubernetes/support/objects-of.ts';
import { exampleDataPlane } from '../../../support/example-psc.ts';
import type { KafkaFleet } from './kafka-fleet.ts';
import type { KafkaRequest, KafkaResponse } from './kafka-link.ts';
import type { OperatorSettings } from './operator-main.ts';

/** The operator in a process of its own. */
export interface OperatorProcess {
  /** Lines that it has printed. */
  readonly lines: () => readonly string[];
  /** Sum of a metric over all series whose labels contain a text, as in `outcome="at-rest"`. */
  readonly metric: (name: string, labels?: string) => Promise<number>;
  readonly cost: () => Promise<OperatorCost>;
  readonly stop: () => Promise<void>;
}

export interface OperatorCost {
  readonly cpuSeconds: number;
  /** Resident now, at its highest, and with shared pages counted in proportion. */
  readonly rssBytes: number;
  readonly peakRssBytes: number;
  readonly pssBytes: number;
}

export interface OperatorProcessOptions {
  readonly folder: string;
  readonly kafka: KafkaFleet;
  readonly server: string;
  readonly caFile: string;
  readonly token: string;
  readonly dnsServer: string;
}

/** Name by which the API server knows it. */
export const OPERATOR_USER = `system:serviceaccount:${NAMESPACES.system}:${OPERATOR_LEASE}`;

export async function startOperatorProcess(options: OperatorProcessOptions): Promise<OperatorProcess> {
  const { folder, kafka, server, caFile, token, dnsServer } = options;
  const [healthPort = 0, metricsPort = 0] = await freePorts(2, '127.0.0.1');
  const [settingsFile, tokenFile, logFile] = ['settings.json', 'token', 'operator.log'].map((file) =>
    join(folder, file),
  );
  if (settingsFile === undefined || tokenFile === undefined || logFile === undefined) throw new Error('three files');
  const settings: OperatorSettings = {
    ...{ server, caFile, tokenFile, dnsServer, healthPort, metricsPort },
    namespace: NAMESPACES.system,
    dataPlane: exampleDataPlane('local'),
    dnsZone: exampleContext('local').dnsZone,
  };
  await writeFile(tokenFile, token);
  await writeFile(settingsFile, JSON.stringify(settings));
  const log = openSync(logFile, 'w');
  const heap = nodeHeap(OPERATOR_MEMORY_MIB);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'operator-main.ts'), settingsFile], {
    stdio: ['ignore', log, log, 'ipc'],
    serialization: 'advanced',
    env: { PATH: process.env['PATH'], [heap.name]: heap.value },
  });
  closeSync(log);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.on('message', ({ id, psc, question }: KafkaRequest) => {
    let response: KafkaResponse;
    try {
      response = { id, view: kafka.of(psc).answer(question) };
    } catch (error) {
      response = { id, problem: error instanceof Error ? error.message : String(error) };
    }
    if (child.connected) child.send(response);
  });
  return {
    lines: () => readFileSync(logFile, 'utf8').split('\n'),
    metric: async (name, labels = '') => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const series = text.split('\n').filter((line) => /^[{ ]/.test(line.slice(name.length)) && line.startsWith(name));
      return series
        .filter((line) => line.includes(labels))
        .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    },
    cost: async () => await costOf(child.pid ?? 0),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

const STOP_GRACE_MS = 10_000;
/** Of user space, in which the kernel counts CPU time (USER_HZ). */
const TICKS_PER_SECOND = 100;

async function costOf(pid: number): Promise<OperatorCost> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1024;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 and 15 of proc(5), counted after the name, which may hold anything.
  const ticks = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return {
    cpuSeconds: ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND,
    rssBytes: bytes('VmRSS'),
    peakRssBytes: bytes('VmHWM'),
    pssBytes: await proportionalSetBytes(pid),
  };
}
