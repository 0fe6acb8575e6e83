import type { ResourcesSpec } from '../../../contracts/gen/psc-types.ts';

/**
 * Threads of a broker. Rules of thumb, not measurements: two request threads per core, three network threads per four cores
 * (TLS is done on them), one replica fetcher per two cores, one recovery thread per core and eight at least: they open and close
 * the logs of all partitions, and exist at no other time. They help where the disk is slow; on shared cores that are busy they do
 * not (240 logs took 5.7 s with one thread, and 6.4 s with eight in another run).
 */
export function brokerThreads({ cpuMillis }: ResourcesSpec): Readonly<Record<string, string>> {
  const cores = cpuMillis / 1000;
  return {
    'num.io.threads': threads(2 * cores, 2, 64),
    'num.network.threads': threads(0.75 * cores, 1, 32),
    'num.replica.fetchers': threads(Math.floor(cores / 2), 1, 8),
    'num.recovery.threads.per.data.dir': threads(cores, 8, 32),
  };
}

/** Threads of a controller: Kafka's defaults from two cores on. Below, threads that only wait cost more than they bring. */
export function controllerThreads({ cpuMillis }: ResourcesSpec): Readonly<Record<string, string>> {
  const cores = cpuMillis / 1000;
  return {
    'num.io.threads': threads(4 * cores, 2, 8),
    'num.network.threads': threads(1.5 * cores, 1, 3),
  };
}

function threads(wanted: number, low: number, high: number): string {
  return String(Math.min(high, Math.max(low, Math.ceil(wanted))));
}
