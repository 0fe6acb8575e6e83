import type { ApiServer } from '../../operators/runtime/api-server.ts';
import { ApiServerError } from '../../operators/runtime/api-server.ts';
import { type ApiConnection, ApiError, bodyOf } from '../apply/api-connection.ts';

/** A person's connection in the form in which the operator's own readers take it. Writes and watches are our own mistake. */
export function readOnlyApi(connection: ApiConnection): ApiServer {
  return {
    get: async ({ path, query }) => {
      try {
        return bodyOf(await connection({ method: 'GET', path, query }));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        throw new ApiServerError(`${path}: ${error.message}`, { status: error.status, cause: error });
      }
    },
    lines: () => {
      throw new Error('nothing is watched here');
    },
    write: () => Promise.reject(new Error('nothing is written here')),
  };
}
