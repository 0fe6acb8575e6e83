import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { type Place, type PlaceLimits, placeProblems } from '../place-problems.ts';

/** Everything that is wrong with the place of a component on Azure. */
export function regionProblems(place: Place): readonly InputProblem[] {
  return [...placeProblems('azure', place, LIMITS), ...tagProblems(place.region.tags)];
}

const LIMITS: PlaceLimits = {
  account: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  accountRule: 'an Azure subscription id is a UUID in small letters',
  // Leaves the names of identities and resource groups room for the start of a tenant's.
  maxStackLength: 40,
};

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

const MAX_TAGS = 12;
