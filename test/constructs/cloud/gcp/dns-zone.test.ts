import { describe, expect, it } from '@jest/globals';
import { GcpDnsZone } from '../../../../constructs/cloud/gcp/dns-zone.ts';
import { recordProgram } from '../recorded-resources.ts';
import { expectRefusal, GCP_PLACE, GCP_REGION_LABELS, known } from './gcp-region.ts';

describe("a region's DNS zone on GCP", () => {
  it('is public, signed, and not taken away by mistake', async () => {
    const { resources, result } = await recordProgram(() => new GcpDnsZone('dns', GCP_PLACE), {
      computed: () => ({ nameServers: ['ns-cloud-a1.example.com.', 'ns-cloud-a2.example.com.'] }),
    });
    expect(resources.get('dns-zone')).toMatchObject({
      inputs: {
        project: 'example-kafka',
        dnsName: 'us-central1.gcp.kafka.example.com.',
        visibility: 'public',
        dnssecConfig: { state: 'on' },
        labels: GCP_REGION_LABELS,
      },
      protection: { protect: true },
    });
    expect(await known(result.zone)).toMatch(/^flotilla-gcp-us-central1-zone-[0-9a-f]{8}$/);
    expect(await known(result.nameServers)).toHaveLength(2);
  });

  it.each(['', 'example', 'Kafka.example.com', 'kafka.example.com.', `${'a'.repeat(64)}.example.com`])(
    'refuses the domain %p',
    async (domain) => {
      const region = { ...GCP_PLACE.region, domain };
      await expectRefusal(() => new GcpDnsZone('dns', { ...GCP_PLACE, region }), ['region.domain']);
    },
  );
});
