import { describe, expect, test } from '@jest/globals';
import { isPublic, regionArgs, type PublicStackConfig } from '../../stacks/region-args.ts';
import { STACKS, type StackName, stackConfig } from './synthesis-fixture.ts';

function publicConfig(stack: StackName): PublicStackConfig {
  const config = stackConfig(stack);
  if (!isPublic(config)) throw new Error(`${stack} is on no cloud`);
  return config;
}

describe('what a region is made from', () => {
  test('is of every stack but the local one', () => {
    expect(STACKS.filter((stack) => !isPublic(stackConfig(stack)))).toEqual(['local']);
  });

  test('has the mothership as a protected tenant where it is hosted', () => {
    const { tenants, mothership } = regionArgs(publicConfig('aws-us-west-2'));
    expect(tenants[0]).toEqual({ name: 'mothership', cluster: 'a', deletionProtection: true });
    expect(mothership).toEqual({ hosted: true });
  });

  test('has only the tenants of the config elsewhere, without what only their PSCs need', () => {
    const { tenants, mothership, controlPlane } = regionArgs(publicConfig('gcp-us-central1'));
    expect(tenants).toEqual([
      { name: 'analytics', cluster: 'a', deletionProtection: true },
      {
        name: 'fraud-detection',
        cluster: 'a',
        encryptionKey: {
          customerKeyId: 'projects/example-fraud/locations/us-central1/keyRings/kafka/cryptoKeys/fraud-detection',
        },
        deletionProtection: true,
      },
      { name: 'notifications', cluster: 'a', deletionProtection: true },
    ]);
    expect(controlPlane).toBeUndefined();
    expect(mothership).toEqual({
      hosted: false,
      bootstrapServer: 'bootstrap.mothership.aws-us-west-2-a.us-west-2.aws.kafka.example.com:9094',
    });
  });

  test('offers the mothership by a private link once its load balancer is there', () => {
    const config = publicConfig('aws-us-west-2');
    if (!config.mothership.hosted) throw new Error('the mothership is hosted elsewhere');
    const consumers = ['123456789012'];
    const offer = (privateLink: NonNullable<typeof config.mothership.privateLink>) =>
      config.mothership.hosted
        ? regionArgs({ ...config, mothership: { ...config.mothership, privateLink } }).mothership
        : undefined;
    expect(offer({ consumers })).toEqual({ hosted: true });
    const whole = { loadBalancer: 'arn:the-balancer', consumers, consumerRegions: ['us-east-1'] };
    expect(offer(whole)).toEqual({ hosted: true, privateLink: whole });
  });

  test('does not change when only the CKUs of a tenant do', () => {
    const config = publicConfig('aws-us-west-2');
    const grown = { ...config, tenants: config.tenants.map((tenant) => ({ ...tenant, ckus: tenant.ckus + 1 })) };
    expect(regionArgs(grown)).toEqual(regionArgs(config));
  });
});
