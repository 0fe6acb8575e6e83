import type { CustomResourceOptions, Input, Output } from '@pulumi/pulumi';
import { Route } from '@pulumi/gcp/compute/route.js';
import { ManagedZone } from '@pulumi/gcp/dns/managedZone.js';
import { RecordSet } from '@pulumi/gcp/dns/recordSet.js';
import { regionLabels } from './region-labels.ts';

export interface GoogleApisArgs {
  readonly tagged: Parameters<typeof regionLabels>[0];
  readonly networkId: Input<string>;
  readonly options: CustomResourceOptions;
}

/**
 * A network's way to Google's APIs, the object store and image registries among them, at addresses that no route of the
 * internet leads to; Cloud NAT does not see it and asks nothing for it
 * (cloud.google.com/vpc/docs/configure-private-google-access). Gives out what has to be there before it can be used.
 */
export function reachGoogleApis(
  name: string,
  { tagged, networkId, options }: GoogleApisArgs,
): readonly Output<string>[] {
  const project = tagged.region.account;
  const route = new Route(
    `${name}-google-apis`,
    {
      project,
      network: networkId,
      destRange: PRIVATE_APIS_RANGE,
      nextHopGateway: 'default-internet-gateway',
      priority: 900,
    },
    options,
  );
  const records = PRIVATE_APIS_DOMAINS.flatMap((domain) => {
    const title = domain.replaceAll('.', '-');
    const zone = new ManagedZone(
      `${name}-${title}`,
      {
        project,
        dnsName: `${domain}.`,
        description: `${domain} by a private path`,
        visibility: 'private',
        privateVisibilityConfig: { networks: [{ networkUrl: networkId }] },
        labels: regionLabels(tagged),
      },
      options,
    );
    const record = (what: string, args: { readonly name: string; readonly type: string; readonly rrdatas: string[] }) =>
      new RecordSet(`${name}-${title}-${what}`, { project, managedZone: zone.name, ttl: TTL_S, ...args }, options);
    const host = domain === 'googleapis.com' ? `private.${domain}.` : `${domain}.`;
    return [
      record('addresses', { name: host, type: 'A', rrdatas: [...PRIVATE_APIS_ADDRESSES] }),
      record('names', { name: `*.${domain}.`, type: 'CNAME', rrdatas: [host] }),
    ];
  });
  return [route, ...records].map(({ id }) => id);
}

/** What `private.googleapis.com` answers at (cloud.google.com/vpc/docs/configure-private-google-access#config-options). */
const PRIVATE_APIS_RANGE = '199.36.153.8/30';
const PRIVATE_APIS_ADDRESSES = ['199.36.153.8', '199.36.153.9', '199.36.153.10', '199.36.153.11'] as const;
/** All APIs, and both names of image registries. */
const PRIVATE_APIS_DOMAINS = ['googleapis.com', 'pkg.dev', 'gcr.io'] as const;
const TTL_S = 300;
