import { policyText } from './policy-document.ts';

/**
 * What external-dns may do: change records of the one zone, of the types that it writes. The list of zones is all or
 * nothing in Route 53; it names no records (github.com/kubernetes-sigs/external-dns, docs/tutorials/aws.md).
 */
export function externalDnsPolicy(zoneId: string): string {
  const zone = `arn:aws:route53:::hostedzone/${zoneId}`;
  return policyText(
    {
      Sid: 'ChangeRecordsOfItsZone',
      Effect: 'Allow',
      Action: 'route53:ChangeResourceRecordSets',
      Resource: zone,
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsRecordTypes': ['A', 'AAAA', 'CNAME', 'TXT'],
        },
      },
    },
    {
      Sid: 'ReadRecordsOfItsZone',
      Effect: 'Allow',
      Action: ['route53:ListResourceRecordSets', 'route53:ListTagsForResource', 'route53:ListTagsForResources'],
      Resource: zone,
    },
    { Sid: 'FindItsZone', Effect: 'Allow', Action: 'route53:ListHostedZones', Resource: '*' },
  );
}
