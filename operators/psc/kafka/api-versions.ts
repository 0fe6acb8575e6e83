import { apiVersionsV4, type Connection } from '@platformatic/kafka';

/** What the broker at the other end knows, and what its cluster has agreed upon. */
export async function readApiVersions(connection: Connection): ReturnType<typeof apiVersionsV4.api.async> {
  return await apiVersionsV4.api.async(connection, 'flotilla', '1');
}
