import type { ApiServer, ApiWrite } from '../../runtime/api-server.ts';
import { ConflictError } from '../ports.ts';
import { isNotFound, portError } from './api-errors.ts';

/** A write whose time is bounded by {@link portWrites}. */
export type WriteCall = Omit<ApiWrite, 'signal'>;

/** Writes that fail as the operator's ports say: ConflictError, RefusedError, TooManyDisruptionsError, or whatever else. */
export interface PortWrites {
  /** @returns the API server's answer */
  readonly write: (call: WriteCall) => Promise<unknown>;
  /** For what must be there: what is gone is not as it was observed. */
  readonly writeExisting: (call: WriteCall) => Promise<unknown>;
  /** What is gone already is done. */
  readonly remove: (call: WriteCall) => Promise<void>;
}

export function portWrites(api: ApiServer): PortWrites {
  const write = async (call: WriteCall): Promise<unknown> => {
    try {
      return await api.write({ ...call, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
    } catch (error) {
      throw portError(error);
    }
  };
  return {
    write,
    writeExisting: async (call) => {
      try {
        return await write(call);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        throw new ConflictError(`${call.path} is not there any longer`, { cause: error });
      }
    },
    remove: async (call) => {
      try {
        await write(call);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

/** Longer than the API server takes at most for one write. When it ends so, the write may have happened all the same. */
const CALL_TIMEOUT_MS = 35_000;
