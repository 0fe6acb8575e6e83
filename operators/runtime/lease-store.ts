import { type ApiServer, ApiServerError, type ApiWrite } from './api-server.ts';
import { microTime } from './micro-time.ts';

/** What is read of a Lease (coordination.k8s.io/v1). */
export interface LeaseRecord {
  readonly resourceVersion: string;
  /** Empty when it was given up. */
  readonly holder: string;
  readonly durationMs: number;
  readonly acquireTime?: string;
  readonly transitions: number;
}

/** What is written of a Lease. */
export interface LeaseSpec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

/** One Lease, each write of which only succeeds on the version that was read. All reject with ApiServerError. */
export interface LeaseStore {
  readonly read: () => Promise<LeaseRecord | undefined>;
  /** @returns undefined when it is not `current` any longer */
  readonly write: (current: LeaseRecord | undefined, next: LeaseSpec) => Promise<LeaseRecord | undefined>;
  readonly release: (held: LeaseRecord) => Promise<void>;
}

/** The next state of a lease that somebody takes or renews. */
export function leaseRecord(
  current: LeaseRecord | undefined,
  by: { readonly identity: string; readonly durationMs: number; readonly nowMs: number },
): LeaseSpec {
  const now = microTime(by.nowMs);
  const isRenewal = current?.holder === by.identity;
  return {
    holderIdentity: by.identity,
    leaseDurationSeconds: Math.ceil(by.durationMs / SECOND_MS),
    acquireTime: isRenewal ? (current.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: current === undefined ? 0 : current.transitions + (isRenewal ? 0 : 1),
  };
}

export function leaseStore(
  api: ApiServer,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): LeaseStore {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const path = `${collection}/${name}`;
  const patch = async (
    resourceVersion: string,
    spec: Readonly<Record<string, unknown>>,
  ): Promise<LeaseRecord | undefined> =>
    await writeLease(api, {
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion }, spec },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
  return {
    read: async () => {
      try {
        return recordOf(await api.get({ path, query: {}, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) }));
      } catch (error) {
        if (error instanceof ApiServerError && error.status === NOT_FOUND) return undefined;
        throw error;
      }
    },
    write: async (current, next) => {
      if (current !== undefined) return await patch(current.resourceVersion, { ...next });
      const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name }, spec: next };
      const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
      return await writeLease(api, { method: 'POST', path: collection, body: object, signal });
    },
    release: async ({ resourceVersion }) => {
      await patch(resourceVersion, { holderIdentity: '', leaseDurationSeconds: 1 });
    },
  };
}

const SECOND_MS = 1000;
/** Shorter than the time between a lease's renewals and its end, so that one lost answer does not cost it. */
const CALL_TIMEOUT_MS = 4_000;
const NOT_FOUND = 404;
const CONFLICT = 409;

interface Lease {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec?: Partial<LeaseSpec>;
}

async function writeLease(api: ApiServer, call: ApiWrite): Promise<LeaseRecord | undefined> {
  try {
    return recordOf(await api.write(call));
  } catch (error) {
    // Not found: it was deleted since; somebody makes it anew.
    const isGone = error instanceof ApiServerError && (error.status === CONFLICT || error.status === NOT_FOUND);
    if (isGone) return undefined;
    throw error;
  }
}

function recordOf(body: unknown): LeaseRecord {
  const { metadata, spec = {} } = body as Lease;
  return {
    resourceVersion: metadata.resourceVersion,
    holder: spec.holderIdentity ?? '',
    durationMs: (spec.leaseDurationSeconds ?? 0) * SECOND_MS,
    ...(spec.acquireTime === undefined ? {} : { acquireTime: spec.acquireTime }),
    transitions: spec.leaseTransitions ?? 0,
  };
}
