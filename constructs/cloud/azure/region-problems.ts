import { knownRegions } from '../../capacity/zones.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';

/** Everything that is wrong with the place of a component on Azure. */
export function regionProblems({
  stack,
  region,
}: {
  readonly stack: string;
  readonly region: RegionPlace;
}): readonly InputProblem[] {
  const { cloud, name, account } = region;
  return [
    ...problemUnless(cloud === 'azure', 'region.cloud', cloud, 'this component makes resources of azure'),
    ...problemUnless(
      knownRegions('azure').includes(name),
      'region.name',
      name,
      'use a region that the capacity catalogue knows (constructs/capacity/zones.ts)',
    ),
    ...problemUnless(
      SUBSCRIPTION_ID.test(account),
      'region.account',
      account,
      'an Azure subscription id is a UUID in small letters',
    ),
    ...tagProblems(region.tags),
    ...nameProblem('stack', stack, MAX_STACK_NAME),
  ];
}

/**
 * learn.microsoft.com/azure/azure-resource-manager/management/tag-resources: names of 512 characters, of which storage
 * accounts take 128; values of 256; 50 tags a resource, of which three are ours. DNS zones take fewer, 15.
 */
function tagProblems(tags: Readonly<Record<string, string>>): readonly InputProblem[] {
  return [
    ...problemUnless(
      Object.keys(tags).length <= MAX_TAGS,
      'region.tags',
      `${Object.keys(tags).length} tags`,
      `an Azure DNS zone takes 15 tags, of which the platform needs up to ${15 - MAX_TAGS}`,
    ),
    ...Object.entries(tags).flatMap(([key, value]) => [
      ...problemUnless(
        // DNS zones refuse spaces, parentheses and a digit first.
        /^(?!microsoft|azure|windows)[^0-9<>%&\\?/\s()#:][^<>%&\\?/\s()#:]{0,127}$/i.test(key),
        `region.tags[${JSON.stringify(key)}]`,
        key,
        'the name of a tag has 1 to 128 characters without spaces and <>%&\\?/()#:, begins with no digit and with none of microsoft, azure and windows',
      ),
      ...problemUnless(
        value.length <= 256,
        `region.tags[${JSON.stringify(key)}]`,
        value,
        'the value of a tag has at most 256 characters',
      ),
    ]),
  ];
}

const SUBSCRIPTION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MAX_TAGS = 12;
/** Leaves the names of identities and resource groups room for the start of a tenant's. */
const MAX_STACK_NAME = 40;
