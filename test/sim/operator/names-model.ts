import type { Prng } from '../kernel/prng.ts';
import type { Scheduler } from '../kernel/scheduler.ts';
import type { ApiModel } from './api-model.ts';
import { fieldOf } from './apply-intent.ts';

const SERVERS = 2;

/** Authoritative servers of the zone: each learns a record some time after its DNSEndpoint says it. */
export class NamesModel {
  readonly #known: readonly Set<string>[] = Array.from({ length: SERVERS }, () => new Set<string>());
  readonly #seen = new Set<string>();

  constructor(scheduler: Scheduler, random: Prng, api: ApiModel) {
    api.onChange((key) => {
      if (!key.startsWith('DNSEndpoint/')) return;
      const endpoints = fieldOf(api.objects.current.get(key), 'spec', 'endpoints');
      for (const endpoint of Array.isArray(endpoints) ? (endpoints as readonly unknown[]) : []) {
        const host = String(fieldOf(endpoint, 'dnsName'));
        if (this.#seen.has(host)) continue;
        this.#seen.add(host);
        for (const server of this.#known) {
          scheduler.after(random.int(3_000, 60_000), () => {
            server.add(host);
          });
        }
      }
    });
  }

  /** Whether every server answers. */
  resolves(host: string): boolean {
    return this.#known.every((server) => server.has(host));
  }
}
