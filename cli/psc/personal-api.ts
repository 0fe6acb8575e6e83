import { type ApiServer, ApiServerError, type TextApi } from '../../operators/runtime/api-server.ts';
import { type ApiCall, type ApiConnection, ApiError, bodyOf } from '../apply/api-connection.ts';

/** A person's connection in the form in which the controllers' own readers and writers take it. Watches are our own mistake. */
export function personalApi(connection: ApiConnection): ApiServer & TextApi {
  const call = async (what: ApiCall): Promise<unknown> => {
    try {
      return bodyOf(await connection(what));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      throw new ApiServerError(`${what.path}: ${error.message}`, { status: error.status, cause: error });
    }
  };
  return {
    get: async ({ path, query }) => await call({ method: 'GET', path, query }),
    text: async ({ path, query }) => (await call({ method: 'GET', path, query, accept: '*/*', as: 'text' })) as string,
    lines: () => {
      throw new Error('nothing is watched here');
    },
    write: async ({ method, path, query = {}, contentType, body }) =>
      await call({ method, path, query, body, ...(contentType === undefined ? {} : { contentType }) }),
  };
}
