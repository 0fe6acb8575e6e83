import { InputPropertyError } from '@pulumi/pulumi';
import { describe, expect, it } from '@jest/globals';
import { AzureBudget } from '../../../../constructs/cloud/azure/budget.ts';
import type { AzureBudgetArgs } from '../../../../constructs/cloud/azure/budget.ts';
import { AzureDnsZone } from '../../../../constructs/cloud/azure/dns-zone.ts';
import { AzureMothershipLink } from '../../../../constructs/cloud/azure/mothership-link.ts';
import type { AzureMothershipLinkArgs } from '../../../../constructs/cloud/azure/mothership-link.ts';
import { AzureMothershipService } from '../../../../constructs/cloud/azure/mothership-service.ts';
import type { AzureMothershipServiceArgs } from '../../../../constructs/cloud/azure/mothership-service.ts';
import { recordProgram } from '../recorded-resources.ts';
import { REGION, STACK, SUBSCRIPTION, only } from './azure-args.ts';
import { azureOutputs } from './azure-outputs.ts';

const CONSUMER = '22222222-2222-4222-8222-222222222222';
const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Network`;
const IN_REGION = { stack: STACK, region: REGION, resourceGroupName: 'the-region' };

const SERVICE: AzureMothershipServiceArgs = {
  ...IN_REGION,
  privateLink: {
    loadBalancer: `${NETWORK}/loadBalancers/kubernetes/frontendIPConfigurations/a1`,
    consumers: [CONSUMER],
  },
  privateLinkSubnetId: 'the-guests',
};
const LINK: AzureMothershipLinkArgs = {
  ...IN_REGION,
  mothership: {
    bootstrapServer: 'bootstrap.mothership.azure-northeurope-a.northeurope.example.com:9094',
    privateLink: { service: `${NETWORK}/privateLinkServices/mothership` },
  },
  vnetId: 'the-network',
  privateEndpointSubnetId: 'the-endpoints',
};
const BUDGET: AzureBudgetArgs = {
  stack: STACK,
  region: REGION,
  budget: { monthlyAmount: 5000, currency: 'EUR', alertEmails: ['platform@example.com'], firstMonth: '2026-12' },
};

describe('the private way to the mothership on Azure', () => {
  it('is offered to named subscriptions, which need no further consent', async () => {
    const { resources, result } = await recordProgram(() => new AzureMothershipService('mothership', SERVICE));
    expect(only(resources, 'network:PrivateLinkService').inputs).toMatchObject({
      loadBalancerFrontendIpConfigurations: [{ id: SERVICE.privateLink.loadBalancer }],
      ipConfigurations: [{ primary: true, subnet: { id: 'the-guests' } }],
      visibility: { subscriptions: [CONSUMER] },
      autoApproval: { subscriptions: [CONSUMER] },
      enableProxyProtocol: false,
    });
    expect(await new Promise((resolve) => result.serviceId.apply(resolve))).toBe('mothership-service-id');
  });

  it("is taken by an endpoint that all of the mothership's names lead to, inside the network alone", async () => {
    const { resources, result } = await recordProgram(() => new AzureMothershipLink('link', LINK), {
      computed: azureOutputs,
    });
    // The last but one of 10.32.224.0/20, the subnet of private endpoints.
    expect(result.address).toBe('10.32.239.254');
    expect(only(resources, 'network:PrivateEndpoint').inputs).toMatchObject({
      subnet: { id: 'the-endpoints' },
      privateLinkServiceConnections: [{ privateLinkServiceId: LINK.mothership.privateLink.service }],
      ipConfigurations: [{ privateIPAddress: '10.32.239.254' }],
    });
    expect(only(resources, 'privatedns:PrivateZone').inputs['privateZoneName']).toBe(
      'mothership.azure-northeurope-a.northeurope.example.com',
    );
    expect(only(resources, 'privatedns:VirtualNetworkLink').inputs['virtualNetwork']).toEqual({ id: 'the-network' });
    expect(only(resources, 'privatedns:PrivateRecordSet').inputs).toMatchObject({
      recordType: 'A',
      relativeRecordSetName: '*',
      aRecords: [{ ipv4Address: '10.32.239.254' }],
    });
  });
});

describe('the zone of a region on Azure', () => {
  it('is protected, for a new one would have other name servers', async () => {
    const { resources, result } = await recordProgram(() => new AzureDnsZone('dns', IN_REGION), {
      computed: azureOutputs,
    });
    const zone = only(resources, 'dns:Zone');
    expect(zone.inputs).toMatchObject({ zoneName: REGION.domain, zoneType: 'Public', resourceGroupName: 'the-region' });
    expect(zone.protection.protect).toBe(true);
    expect(await new Promise((resolve) => result.nameServers.apply(resolve))).toHaveLength(2);
  });
});

describe('the budget of a region on Azure', () => {
  it('counts what has the tag of the stack, and tells people four times at most', async () => {
    const { resources } = await recordProgram(() => new AzureBudget('budget', BUDGET));
    const { inputs } = only(resources, 'consumption:Budget');
    expect(inputs).toMatchObject({
      scope: `/subscriptions/${SUBSCRIPTION}`,
      amount: 5000,
      timeGrain: 'Monthly',
      timePeriod: { startDate: '2026-12-01T00:00:00Z' },
      filter: { tags: { name: 'flotilla-stack', values: [STACK] } },
    });
    const notifications = Object.values(inputs['notifications'] as Record<string, Record<string, unknown>>);
    const alerts = notifications.map((each) => `${String(each['thresholdType'])} ${String(each['threshold'])}`);
    expect(alerts.sort()).toEqual(['Actual 100', 'Actual 50', 'Actual 90', 'Forecasted 100']);
    for (const each of notifications) expect(each['contactEmails']).toEqual(['platform@example.com']);
  });
});

describe('wrong arguments on Azure', () => {
  const service = (changed: Partial<AzureMothershipServiceArgs['privateLink']>) => () =>
    new AzureMothershipService('x', { ...SERVICE, privateLink: { ...SERVICE.privateLink, ...changed } });
  const link =
    (bootstrapServer: string, id = LINK.mothership.privateLink.service) =>
    () =>
      new AzureMothershipLink('x', { ...LINK, mothership: { bootstrapServer, privateLink: { service: id } } });
  const budget = (changed: Partial<AzureBudgetArgs['budget']>) => () =>
    new AzureBudget('x', { ...BUDGET, budget: { ...BUDGET.budget, ...changed } });

  it.each<readonly [string, () => unknown, string]>([
    [
      'a load balancer, not its frontend',
      service({ loadBalancer: 'kubernetes' }),
      'mothership.privateLink.loadBalancer',
    ],
    ['nobody who may connect', service({ consumers: [] }), 'mothership.privateLink.consumers'],
    ['everybody who may connect', service({ consumers: ['*'] }), 'mothership.privateLink.consumers[0]'],
    ['a host beside others', link('kafka.example.com:9094'), 'mothership.bootstrapServer'],
    [
      'a link to a name',
      link(LINK.mothership.bootstrapServer, 'mothership.guid.westeurope.azure.privatelinkservice'),
      'mothership.privateLink.service',
    ],
    ['a budget of nothing', budget({ monthlyAmount: 0 }), 'budget.monthlyAmount'],
    ['a budget that nobody hears of', budget({ alertEmails: [] }), 'budget.alertEmails'],
    ['a month by its name', budget({ firstMonth: 'December' }), 'budget.firstMonth'],
    [
      'a domain of one label',
      () => new AzureDnsZone('x', { ...IN_REGION, region: { ...REGION, domain: 'kafka' } }),
      'region.domain',
    ],
  ])('are refused before anything is made: %s', async (_what, make, path) => {
    const { resources, result } = await recordProgram(() => {
      try {
        return make();
      } catch (error) {
        return error;
      }
    });
    expect(result).toBeInstanceOf(InputPropertyError);
    expect((result as InputPropertyError).propertyPath).toBe(path);
    expect([...resources.keys()]).toEqual([]);
  });
});
