import { describe, expect, it } from '@jest/globals';
import { nextSerial, zoneFile } from '../../../local/agent/zone-file.ts';

const DOMAIN = 'region.flotilla.test';
const GATEWAY = {
  metadata: { name: 'gateway', annotations: { 'external-dns.alpha.kubernetes.io/hostname': `gateway.${DOMAIN}` } },
  status: { loadBalancer: { ingress: [{ ip: '10.87.1.1' }] } },
};
const endpoint = (dnsName: string, recordType = 'CNAME') => ({
  spec: { endpoints: [{ dnsName, recordType, recordTTL: 300, targets: [`gateway.${DOMAIN}`] }] },
});

const zone = (over: Partial<Parameters<typeof zoneFile>[0]>) =>
  zoneFile({ domain: DOMAIN, endpoints: [], services: [], serial: 7, ...over }).split('\n');

describe("a local region's zone", () => {
  it('has the records of DNSEndpoints and the addresses of load balancers that name a host', () => {
    const lines = zone({ endpoints: [endpoint(`kafka-0.demo.${DOMAIN}`)], services: [GATEWAY] });
    expect(lines).toContain(`kafka-0.demo.${DOMAIN}. 300 IN CNAME gateway.${DOMAIN}.`);
    expect(lines).toContain(`gateway.${DOMAIN}. 60 IN A 10.87.1.1`);
    expect(lines).toContain('@ 60 IN SOA ns hostmaster 7 60 60 3600 1');
  });

  it('leaves out names of other domains, types that external-dns is not told to manage, and hosts without an address', () => {
    const bare = zone({});
    expect(zone({ endpoints: [endpoint('kafka-0.example.com'), endpoint(`a.${DOMAIN}`, 'TXT')] })).toEqual(bare);
    expect(zone({ services: [{ metadata: GATEWAY.metadata }] })).toEqual(bare);
  });

  it('has each record once, in one order whatever the order of the objects', () => {
    const endpoints = [endpoint(`b.${DOMAIN}`), endpoint(`a.${DOMAIN}`), endpoint(`b.${DOMAIN}`)];
    expect(zone({ endpoints })).toEqual(zone({ endpoints: [...endpoints].reverse() }));
    expect(zone({ endpoints }).filter((line) => line.startsWith('b.'))).toHaveLength(1);
  });

  it('has a serial number that grows with each file: with the clock, within one second, and when the clock was put back', () => {
    const at = (serial: number): string => zoneFile({ domain: DOMAIN, endpoints: [], services: [], serial });
    expect(nextSerial('', 5_000)).toBe(5);
    expect(nextSerial(at(5), 9_999)).toBe(9);
    expect(nextSerial(at(5), 5_999)).toBe(6);
    expect(nextSerial(at(50), 5_000)).toBe(51);
  });
});
