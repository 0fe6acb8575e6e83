import { knownRegions } from '../../../constructs/capacity/zones.ts';
import type { Cloud } from '../../../contracts/cloud.ts';
import { ACCOUNT_FORMS, LINK_LOAD_BALANCER_FORMS, LINK_SERVICE_FORMS } from '../cloud-ids.ts';
import type { Forms } from '../cloud-ids.ts';
import { present } from '../draft.ts';
import type { Draft } from '../draft.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { repeated, suggest } from './rule.ts';
import type { Rule, RuleFinding } from './rule.ts';

const onACloud: Rule = {
  name: 'private-link-on-a-cloud',
  check: ({ file }): readonly RuleFinding[] =>
    file.region?.cloud === 'local' && file.mothership?.privateLink !== undefined
      ? [
          {
            path: ['mothership', 'privateLink'],
            at: 'key',
            message: 'A private link is a service of a cloud; the local region has none.',
            suggestion: 'Take privateLink out.',
          },
        ]
      : [],
};

const form: Rule = {
  name: 'private-link-form',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    if (cloud === undefined || cloud === 'local') return [];
    return textsOf(draft).flatMap(([path, text, forms]) => wrongForm(cloud, path, text, forms));
  },
};

function textsOf({ file: { mothership } }: Draft): readonly (readonly [Path, string | undefined, Forms])[] {
  const path = ['mothership', 'privateLink'];
  if (mothership?.hosted === false) {
    return [[[...path, 'service'], mothership.privateLink?.service, LINK_SERVICE_FORMS]];
  }
  if (mothership?.hosted !== true) return [];
  return [
    [[...path, 'loadBalancer'], mothership.privateLink?.loadBalancer, LINK_LOAD_BALANCER_FORMS],
    ...present(mothership.privateLink?.consumers).map(
      ([index, consumer]) => [[...path, 'consumers', index], consumer, ACCOUNT_FORMS] as const,
    ),
  ];
}

function wrongForm(cloud: Cloud, path: Path, text: string | undefined, forms: Forms): readonly RuleFinding[] {
  const { pattern, form: words } = forms[cloud];
  return text === undefined || pattern.test(text) ? [] : [{ path, message: `On ${cloud} this is ${words}.` }];
}

const consumerOnce: Rule = {
  name: 'private-link-consumer-once',
  check: ({ file: { mothership } }) => {
    if (mothership?.hosted !== true) return [];
    const named = present(mothership.privateLink?.consumers).map(([index, name]) => ({
      name,
      path: ['mothership', 'privateLink', 'consumers', index],
    }));
    return repeated(named).map(([{ name, path }]) => ({ path, message: `${name} stands here twice.` }));
  },
};

const notOfferedYet: Rule = {
  name: 'private-link-load-balancer',
  check: ({ file: { mothership, region } }): readonly RuleFinding[] =>
    mothership?.hosted === true &&
    mothership.privateLink !== undefined &&
    mothership.privateLink.loadBalancer === undefined &&
    region?.cloud !== undefined &&
    region.cloud !== 'local'
      ? [
          {
            // No error: the gateway makes its load balancer only once these manifests are applied.
            severity: 'warning',
            path: ['mothership', 'privateLink'],
            message: 'Nobody can connect yet: the load balancer that the gateway has made is not named.',
            suggestion: `Apply the manifests, then name it under loadBalancer: ${LINK_LOAD_BALANCER_FORMS[region.cloud].form}.`,
          },
        ]
      : [],
};

const consumerRegions: Rule = {
  name: 'private-link-consumer-regions',
  check: ({ file: { mothership, region } }): readonly RuleFinding[] => {
    if (mothership?.hosted !== true || region?.cloud === undefined) return [];
    const regions = present(mothership.privateLink?.consumerRegions);
    const path = ['mothership', 'privateLink', 'consumerRegions'];
    if (regions.length > 0 && region.cloud !== 'aws') {
      const message = `Private links of ${region.cloud} reach every region by themselves; only AWS asks for a list.`;
      return [{ path, at: 'key', message, suggestion: 'Take consumerRegions out.' }];
    }
    return regions.flatMap(([index, name]) => {
      if (name === region.name) {
        return [{ path: [...path, index], message: `${name} is this region: it can connect as it is.` }];
      }
      const known = knownRegions('aws');
      return known.includes(name)
        ? []
        : [{ path: [...path, index], message: `aws has no region ${name}.`, ...suggest(didYouMean(name, known)) }];
    });
  },
};

export const privateLinkRules: readonly Rule[] = [onACloud, form, consumerOnce, notOfferedYet, consumerRegions];
