import { describe, expect, it } from '@jest/globals';
import { CLIENT_FILES, clientFiles, connectText } from '../../../cli/local/client-files.ts';
import { hostsLines, lookupRegion, namesOf } from '../../../cli/local/region-names.ts';
import { dataAcls } from '../../../operators/psc/kafka/kafka-users.ts';
import { zoneFile } from '../../../local/agent/zone-file.ts';

const OPTIONS = {
  tenant: 'demo',
  folder: '/srv/region/connect/demo',
  bootstrapServer: 'bootstrap.demo.local-a.region.flotilla.test:9094',
  authority: '-----BEGIN CERTIFICATE-----\n',
  user: 'local-client',
  password: 'secret-_1',
  names: ['bootstrap.demo.local-a.region.flotilla.test', 'kafka-0.demo.local-a.region.flotilla.test'],
  machineHosts: '127.0.0.1 localhost\n\n',
};

describe('the files of a client', () => {
  const files = clientFiles(OPTIONS);

  it("give Kafka's own clients and librdkafka the same cluster, authority and user", () => {
    const properties = files.get(CLIENT_FILES.properties) ?? '';
    const kcat = files.get(CLIENT_FILES.kcat) ?? '';
    for (const text of [properties, kcat]) {
      expect(text).toContain(`bootstrap.servers=${OPTIONS.bootstrapServer}\n`);
      expect(text).toContain('security.protocol=SASL_SSL\n');
      expect(text).toContain('sasl.mechanism=SCRAM-SHA-512\n');
      expect(text).toContain(`${OPTIONS.folder}/ca.crt`);
    }
    expect(properties).toMatch(/ScramLoginModule required username="local-client" password="secret-_1";\n/);
    expect(kcat).toMatch(/^sasl\.username=local-client\nsasl\.password=secret-_1$/m);
  });

  it("keep this machine's own names beside those of the region", () => {
    expect(files.get(CLIENT_FILES.hosts)).toBe(
      '127.0.0.1 localhost\n' +
        '127.87.0.1 bootstrap.demo.local-a.region.flotilla.test\n' +
        '127.87.0.1 kafka-0.demo.local-a.region.flotilla.test\n',
    );
  });

  it('are named where a person reads how to use them, and the password is not', () => {
    const text = connectText(OPTIONS);
    for (const file of files.keys()) expect(text).toContain(`${OPTIONS.folder}/${file}`);
    expect(text).not.toContain(OPTIONS.password);
    expect(text).toMatch(/librdkafka of 2\.6\.1 or newer/);
    expect(text).toMatch(/kafka-console-producer\.sh[\s\S]*kcat[\s\S]*@platformatic\/kafka/);
  });
});

describe('the names of a region', () => {
  it('are those that its zone file leads somewhere', () => {
    const text = zoneFile({
      domain: 'region.flotilla.test',
      serial: 1,
      services: [],
      endpoints: [
        {
          spec: {
            endpoints: [
              {
                dnsName: 'kafka-0.demo.local-a.region.flotilla.test',
                recordType: 'CNAME',
                recordTTL: 300,
                targets: ['gateway.local-a.region.flotilla.test'],
              },
            ],
          },
        },
      ],
    });
    expect(namesOf(text)).toEqual(['kafka-0.demo.local-a.region.flotilla.test']);
    expect(namesOf('')).toEqual([]);
  });

  it('mean a loopback address that is not 127.0.0.1', () => {
    expect(hostsLines(['one.test'])).toBe('127.87.0.1 one.test\n');
  });

  it('are looked up in both forms that Node asks in', () => {
    const answers: unknown[] = [];
    lookupRegion('a.test', {}, (_error, address, family) => answers.push([address, family]));
    lookupRegion('a.test', { all: true }, (_error, addresses) => answers.push(addresses));
    expect(answers).toEqual([['127.87.0.1', 4], [{ address: '127.87.0.1', family: 4 }]]);
  });
});

describe("what a tenant's user may do", () => {
  it('is everything with topics, groups and transactions, and only a look at the cluster', () => {
    const [CLUSTER, ALL] = [4, 2];
    const acls = dataAcls('someone');
    expect(acls.every(({ principal }) => principal === 'User:someone')).toBe(true);
    expect(acls.some(({ resourceType, operation }) => resourceType === CLUSTER && operation === ALL)).toBe(false);
    expect(acls.filter(({ operation }) => operation === ALL)).toHaveLength(3);
  });
});
