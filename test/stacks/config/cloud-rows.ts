import { CLUSTER } from './row.ts';
import type { Row } from './row.ts';

const HOSTED = '    hosted: true\n    ckus: 2\n    version: 4.3.1\n';
const ADMINISTRATOR = 'arn:aws:iam::123456789012:role/platform-engineer';
const ADMINISTRATORS = `      administrators: ['${ADMINISTRATOR}']\n`;
const TENANTS = '  flotilla:tenants:\n';
const BALANCER = 'arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/net/gateway/0123456789abcdef';

function offering(loadBalancer: string, consumers: string): string {
  return `${HOSTED}    privateLink: { loadBalancer: '${loadBalancer}', consumers: ${consumers} }\n`;
}

function budget(text: string): string {
  return `  flotilla:budget: { monthlyAmount: 100, alertEmails: [a@b.example], firstMonth: '2026-12', ${text} }\n${TENANTS}`;
}

/** Private links and budgets. */
export const CLOUD_ROWS: readonly Row[] = [
  {
    rule: 'address-range-aligned',
    what: 'a client range that starts in its middle',
    from: HOSTED,
    to: `${HOSTED}    clientRanges: [192.0.2.1/28]\n`,
    paths: ['flotilla:mothership.clientRanges[0]'],
    suggestion: 'The block that this address lies in is 192.0.2.0/28.',
  },
  {
    rule: 'source-ranges-any',
    what: 'every address among client ranges',
    from: HOSTED,
    to: `${HOSTED}    clientRanges: [192.0.2.0/28, 0.0.0.0/0]\n`,
    paths: ['flotilla:mothership.clientRanges[1]'],
  },
  {
    rule: 'form',
    what: 'a client range that is none',
    from: HOSTED,
    to: `${HOSTED}    clientRanges: [192.0.2.0]\n`,
    paths: ['flotilla:mothership.clientRanges[0]'],
  },
  {
    rule: 'private-link-form',
    what: "another cloud's load balancer behind a private link",
    from: HOSTED,
    to: offering('projects/p/regions/us-central1/forwardingRules/gateway', `['123456789012']`),
    paths: ['flotilla:mothership.privateLink.loadBalancer'],
  },
  {
    rule: 'private-link-form',
    what: "another cloud's account that may use a private link",
    from: HOSTED,
    to: offering(BALANCER, `['123456789012', example-kafka]`),
    paths: ['flotilla:mothership.privateLink.consumers[1]'],
  },
  {
    rule: 'private-link-consumer-once',
    what: 'an account that may use a private link twice',
    from: HOSTED,
    to: offering(BALANCER, `['123456789012', '123456789012']`),
    paths: ['flotilla:mothership.privateLink.consumers[1]'],
  },
  {
    rule: 'private-link-load-balancer',
    what: 'a private link whose load balancer nobody has named yet',
    from: HOSTED,
    to: `${HOSTED}    privateLink: { consumers: ['123456789012'] }\n`,
    paths: ['flotilla:mothership.privateLink'],
    suggestion: /Apply the manifests/,
  },
  {
    rule: 'private-link-consumer-regions',
    what: 'a private link that reaches the region that it is in, and one that does not exist',
    from: HOSTED,
    to: offering(BALANCER, "['123456789012'], consumerRegions: [us-west-2, eu-wset-1]"),
    paths: ['flotilla:mothership.privateLink.consumerRegions[0]', 'flotilla:mothership.privateLink.consumerRegions[1]'],
  },
  {
    rule: 'cluster-administrators',
    what: 'a cluster that nobody may apply manifests to',
    from: ADMINISTRATORS,
    to: '',
    paths: [CLUSTER],
    suggestion: /arn:aws:iam/,
  },
  {
    rule: 'cluster-administrators',
    what: 'an empty list of administrators',
    from: ADMINISTRATORS,
    to: '      administrators: []\n',
    paths: [`${CLUSTER}.administrators`],
  },
  {
    rule: 'administrator-form',
    what: 'a user where a role is asked for',
    from: 'role/platform-engineer',
    to: 'user/ada',
    paths: [`${CLUSTER}.administrators[0]`],
  },
  {
    rule: 'administrator-once',
    what: 'an administrator that stands there twice',
    from: `['${ADMINISTRATOR}']`,
    to: `['${ADMINISTRATOR}', '${ADMINISTRATOR}']`,
    paths: [`${CLUSTER}.administrators[1]`],
  },
  {
    rule: 'length-range',
    what: 'a private link that nobody may use',
    from: HOSTED,
    to: offering(BALANCER, '[]'),
    paths: ['flotilla:mothership.privateLink.consumers'],
  },
  {
    rule: 'budget-billing-account',
    what: 'a billing account where budgets belong to the account',
    from: TENANTS,
    to: budget('currency: USD, billingAccount: 000000-AAAAAA-000000'),
    paths: ['flotilla:budget.billingAccount'],
    suggestion: 'Take billingAccount out.',
  },
  {
    rule: 'budget-currency',
    what: 'a budget in a currency that AWS does not bill in',
    from: TENANTS,
    to: budget('currency: EUR'),
    paths: ['flotilla:budget.currency'],
    suggestion: 'Use USD.',
  },
  {
    rule: 'form',
    what: 'a currency that is none',
    from: TENANTS,
    to: budget('currency: dollars'),
    paths: ['flotilla:budget.currency'],
  },
  {
    rule: 'form',
    what: 'a thirteenth month',
    from: TENANTS,
    to: budget('currency: USD').replace('2026-12', '2026-13'),
    paths: ['flotilla:budget.firstMonth'],
  },
  {
    rule: 'form',
    what: 'an address that no mail reaches',
    from: TENANTS,
    to: budget('currency: USD').replace('a@b.example', 'somebody'),
    paths: ['flotilla:budget.alertEmails[0]'],
  },
  {
    rule: 'length-range',
    what: 'a budget that tells nobody',
    from: TENANTS,
    to: budget('currency: USD').replace('a@b.example', ''),
    paths: ['flotilla:budget.alertEmails'],
  },
];
