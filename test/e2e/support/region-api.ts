import { readFile } from 'node:fs/promises';
import { adminAccess } from '../../../local/kubernetes/region-control-plane.ts';
import { REGION_LOOPBACK, REGION_PORTS } from '../../../local/region/forwarder-addresses.ts';
import type { RegionLayout } from '../../../local/region/layout.ts';
import type { ApiClient } from '../../policies/api-server-client.ts';

/** The region's API server as a program on the machine reaches it, and as whom. */
export interface RegionApi {
  readonly administrator: ApiClient;
  /** A user whom the administrator speaks for. */
  readonly user: (name: string) => ApiClient;
  /** Whoever has a token; nobody without one. */
  readonly bearer: (token?: string) => ApiClient;
}

export async function regionApi(layout: RegionLayout): Promise<RegionApi> {
  const { caFile, identity } = await adminAccess(layout);
  if (!('certificate' in identity)) throw new Error('an administrator has a certificate');
  const authority = await readFile(caFile, 'utf8');
  const server = `https://${REGION_LOOPBACK}:${REGION_PORTS.kubernetes}`;
  const administrator = { server, admin: { ...identity, authority } };
  return {
    administrator,
    user: (name) => ({ ...administrator, headers: { 'Impersonate-User': name } }),
    bearer: (token) => ({
      server,
      admin: { authority },
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    }),
  };
}
