import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { authoritativeNames, RESOLVED_FOR_MS } from '../../../../operators/psc/names/names-port.ts';
import { SERVERS_FOR_MS, zoneServers } from '../../../../operators/psc/names/zone-servers.ts';
import type { NamesPort } from '../../../../operators/psc/ports.ts';
import { type DnsServer, startDnsServer, type ZoneRecord } from './dns-server.ts';

const zone = 'us-west-2.example.com';
const gateway = `gateway.a.${zone}`;
const host = `kafka-3.orders.a.${zone}`;
const other = `kafka-4.orders.a.${zone}`;
const toGateway: readonly ZoneRecord[] = [{ type: 'CNAME', target: gateway }];

let first: DnsServer;
let second: DnsServer;
let nowMs: number;
let problems: string[];
let names: NamesPort;

beforeEach(async () => {
  first = await startDnsServer();
  second = await startDnsServer();
  for (const { records } of [first, second]) records.set(gateway, [{ type: 'A', address: '192.0.2.1' }]);
  nowMs = 0;
  problems = [];
  names = authoritativeNames({
    zone,
    servers: [first.address, second.address],
    clock: { nowMs: () => nowMs },
    onProblem: (message) => problems.push(message),
  });
});

afterEach(async () => {
  await Promise.all([first.close(), second.close()]);
});

describe('a host is resolved', () => {
  test('when every server has an alias of it that leads to an address', async () => {
    publish(host, toGateway);
    expect(await names.resolved([host, other])).toEqual(new Set([host]));
    expect(problems).toEqual([]);
  });

  test('when every server has an address of it', async () => {
    publish(host, [{ type: 'A', address: '192.0.2.7' }]);
    expect(await names.resolved([host])).toEqual(new Set([host]));
  });

  test('when its alias leads out of the zone, by however many aliases inside', async () => {
    publish(gateway, [{ type: 'CNAME', target: 'balancer.elsewhere.example.net' }]);
    publish(host, toGateway);
    expect(await names.resolved([host])).toEqual(new Set([host]));
  });

  test('as soon as the record is there, though it was asked for before', async () => {
    expect(await names.resolved([host])).toEqual(new Set());
    publish(host, toGateway);
    expect(await names.resolved([host])).toEqual(new Set([host]));
  });

  test('without being asked for again for minutes, and is asked for again after them', async () => {
    publish(host, toGateway);
    await names.resolved([host]);
    first.asked.length = 0;
    nowMs = RESOLVED_FOR_MS - 1;
    expect(await names.resolved([host])).toEqual(new Set([host]));
    expect(first.asked).toEqual([]);
    first.records.delete(host);
    nowMs = RESOLVED_FOR_MS;
    expect(await names.resolved([host])).toEqual(new Set());
  });
});

describe('a host is not resolved', () => {
  test('while one of the servers has no record of it', async () => {
    second.records.set(host, toGateway);
    expect(await names.resolved([host])).toEqual(new Set());
  });

  test('while its alias leads to a name of the zone that is not there', async () => {
    for (const { records } of [first, second]) records.delete(gateway);
    publish(host, toGateway);
    expect(await names.resolved([host])).toEqual(new Set());
  });

  test('while its aliases lead in a circle', async () => {
    publish(gateway, [{ type: 'CNAME', target: `loop.a.${zone}` }]);
    publish(`loop.a.${zone}`, [{ type: 'CNAME', target: gateway }]);
    publish(host, toGateway);
    expect(await names.resolved([host])).toEqual(new Set());
  });

  test('while one of the servers refuses to say', async () => {
    publish(host, toGateway);
    second.behavior = 'refuses';
    expect(await names.resolved([host])).toEqual(new Set());
    expect(problems).toEqual([`${second.address} does not answer for ${host}: EREFUSED`]);
  });

  test('while one of the servers is silent, and each host is named once', async () => {
    publish(host, toGateway);
    publish(other, toGateway);
    second.behavior = 'silent';
    expect(await names.resolved([host, other])).toEqual(new Set());
    expect(problems).toHaveLength(2);
  });

  test('when no servers are known', async () => {
    publish(host, toGateway);
    const none = authoritativeNames({ zone, servers: [], clock: { nowMs: () => nowMs } });
    expect(await none.resolved([host])).toEqual(new Set());
  });
});

describe('the servers of a zone', () => {
  test('are all addresses that its NS records lead to, and are known for minutes', async () => {
    first.records.set(zone, [
      { type: 'NS', target: 'ns1.example.net' },
      { type: 'NS', target: 'ns2.example.net' },
    ]);
    first.records.set('ns1.example.net', [{ type: 'A', address: '192.0.2.11' }]);
    first.records.set('ns2.example.net', [{ type: 'A', address: '192.0.2.12' }]);
    const servers = zoneServers({ zone, resolvers: [first.address], clock: { nowMs: () => nowMs } });
    expect(await servers()).toEqual(['192.0.2.11', '192.0.2.12']);
    first.asked.length = 0;
    nowMs = SERVERS_FOR_MS - 1;
    await servers();
    expect(first.asked).toEqual([]);
    nowMs = SERVERS_FOR_MS;
    first.records.set(zone, [{ type: 'NS', target: 'ns2.example.net' }]);
    expect(await servers()).toEqual(['192.0.2.12']);
  });

  test('are none while one of them has no address, with a word about it', async () => {
    first.records.set(zone, [{ type: 'NS', target: 'ns1.example.net' }]);
    const servers = zoneServers({
      zone,
      resolvers: [first.address],
      clock: { nowMs: () => nowMs },
      onProblem: (message) => problems.push(message),
    });
    expect(await servers()).toEqual([]);
    expect(problems).toEqual([expect.stringContaining(`the servers of zone ${zone} cannot be found`)]);
  });

  test('are looked for by no name below the zone, which may not be there yet', async () => {
    first.records.set(zone, [{ type: 'NS', target: 'ns1.example.net' }]);
    first.records.set('ns1.example.net', [{ type: 'A', address: '192.0.2.11' }]);
    await zoneServers({ zone, resolvers: [first.address], clock: { nowMs: () => nowMs } })();
    expect(new Set(first.asked)).toEqual(new Set([zone, 'ns1.example.net']));
  });
});

function publish(name: string, records: readonly ZoneRecord[]): void {
  for (const server of [first, second]) server.records.set(name, records);
}
