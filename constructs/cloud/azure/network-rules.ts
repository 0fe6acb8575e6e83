import type { NetworkSecurityGroup } from '@pulumi/azure-native/network/networkSecurityGroup.js';
import { PORTS } from '../../kubernetes/kafka/listeners.ts';

/** What each kind of subnet is for; each has rules of its own. */
export type SubnetKind = 'private' | 'apiServers' | 'loadBalancers' | 'privateEndpoints' | 'database' | 'privateLink';

export type SecurityRule = Exclude<
  Extract<
    Exclude<ConstructorParameters<typeof NetworkSecurityGroup>[1]['securityRules'], undefined>,
    readonly unknown[]
  >[number],
  PromiseLike<unknown> | { readonly apply: unknown }
>;

/**
 * Rules of a subnet's security group, inbound; what they leave is Azure's own defaults, which let out everything and in
 * what comes from the network or from its load balancers (learn.microsoft.com/azure/virtual-network/network-security-groups-overview).
 * Where only some of the network may come in, the last rule takes that default away.
 */
export function securityRules(kind: SubnetKind, networkRange: string): SecurityRule[] {
  const fromNetwork = (name: string, priority: number, ports: readonly string[]): SecurityRule =>
    inbound(name, priority, { access: 'Allow', protocol: 'Tcp', from: networkRange, ports });
  switch (kind) {
    case 'private':
    case 'loadBalancers':
      // Clients of Kafka, whose addresses the gateway's Service checks; it is the only Service that faces outward.
      return [
        inbound('kafka', 100, { access: 'Allow', protocol: 'Tcp', from: 'Internet', ports: [`${PORTS.external}`] }),
      ];
    case 'apiServers':
      // learn.microsoft.com/azure/aks/api-server-vnet-integration: what nodes and the load balancer need of it.
      return [
        fromNetwork('nodes', 100, ['443', '4443']),
        inbound('health', 110, { access: 'Allow', protocol: 'Tcp', from: 'AzureLoadBalancer', ports: ['9988'] }),
        nothingElse(),
      ];
    case 'privateEndpoints':
      // 443: blobs and vaults. 9094: a mothership elsewhere.
      return [fromNetwork('services', 100, ['443', `${PORTS.external}`]), nothingElse()];
    case 'database':
      // 6432 is the pooler's; the standby too is reached by these
      // (learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private).
      return [fromNetwork('postgresql', 100, ['5432', '6432']), nothingElse()];
    case 'privateLink':
      // Nothing is ever sent to these addresses that a connection from them did not ask for.
      return [nothingElse()];
  }
}

function inbound(
  name: string,
  priority: number,
  rule: {
    readonly access: 'Allow' | 'Deny';
    readonly protocol: 'Tcp' | '*';
    readonly from: string;
    readonly ports: readonly string[];
  },
): SecurityRule {
  return {
    name,
    priority,
    direction: 'Inbound',
    access: rule.access,
    protocol: rule.protocol,
    sourceAddressPrefix: rule.from,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRanges: [...rule.ports],
  };
}

function nothingElse(): SecurityRule {
  return inbound('nothing-else', LAST_PRIORITY, { access: 'Deny', protocol: '*', from: '*', ports: ['0-65535'] });
}

const LAST_PRIORITY = 4096;
