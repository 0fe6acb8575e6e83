import { clustersOf } from '../draft.ts';
import { kubernetesClusterId } from '../mothership-address.ts';
import type { Rule } from './rule.ts';

const DNS_NAME = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

const domainName: Rule = {
  name: 'domain-name',
  check: ({ file }) => {
    const domain = file.region?.domain;
    if (domain === undefined || DNS_NAME.test(domain)) return [];
    return [
      {
        path: ['region', 'domain'],
        message:
          'A domain has two or more labels of small letters, digits and dashes, each of at most 63, joined by dots.',
        suggestion: 'As in us-west-2.aws.kafka.example.com.',
      },
    ];
  },
};

/** RFC 1035, section 2.3.4. */
const MAX_LABEL_LENGTH = 63;
/**
 * What the PSC contract takes: DNS ends at 253 characters, and `<pod>.<tenant>.` comes before it with 9 + 40 and two dots.
 */
const MAX_DATA_PLANE_DOMAIN_LENGTH = 180;

const clusterIdFits: Rule = {
  name: 'cluster-id-length',
  check: (draft) =>
    clustersOf(draft).flatMap(([path, { name }]) => {
      const id = name === undefined ? '' : kubernetesClusterId(draft.stack, name);
      if (id.length <= MAX_LABEL_LENGTH) return [];
      return [
        {
          path: [...path, 'name'],
          message: `The identifier ${id} is a label of host names and has ${id.length} characters; a label has at most ${MAX_LABEL_LENGTH}.`,
        },
      ];
    }),
};

const hostNameFits: Rule = {
  name: 'host-name-length',
  check: (draft) => {
    const domain = draft.file.region?.domain;
    if (domain === undefined) return [];
    const domains = clustersOf(draft).map(([, { name = '' }]) => `${kubernetesClusterId(draft.stack, name)}.${domain}`);
    const [longest = ''] = domains.toSorted((a, b) => b.length - a.length);
    const excess = longest.length - MAX_DATA_PLANE_DOMAIN_LENGTH;
    if (excess <= 0) return [];
    return [
      {
        path: ['region', 'domain'],
        message: `Host names under ${longest} grow too long: it has ${longest.length} characters of ${MAX_DATA_PLANE_DOMAIN_LENGTH}.`,
        suggestion: `Shorten the domain by ${excess} characters.`,
      },
    ];
  },
};

export const hostRules: readonly Rule[] = [domainName, clusterIdFits, hostNameFits];
