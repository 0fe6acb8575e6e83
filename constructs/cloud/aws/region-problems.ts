import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { type Place, type PlaceLimits, placeProblems } from '../place-problems.ts';

/** Everything that is wrong with the place of a component on AWS. */
export function regionProblems(place: Place): readonly InputProblem[] {
  return [...placeProblems('aws', place, LIMITS), ...tagProblems(place.region.tags)];
}

const LIMITS: PlaceLimits = {
  account: /^\d{12}$/,
  accountRule: 'an AWS account id has 12 digits',
  // Leaves the names of roles room for the start of a tenant's.
  maxStackLength: 40,
};

/** docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: the strictest of the services that get them. */
function tagProblems(tags: Readonly<Record<string, string>>): readonly InputProblem[] {
  return Object.entries(tags).flatMap(([key, value]) => [
    ...problemUnless(
      /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu.test(key),
      `region.tags[${JSON.stringify(key)}]`,
      key,
      'the name of a tag has 1 to 128 letters, digits, spaces or _.:/=+-@ and does not begin with aws:',
    ),
    ...problemUnless(
      /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value),
      `region.tags[${JSON.stringify(key)}]`,
      value,
      'the value of a tag has at most 256 letters, digits, spaces or _.:/=+-@',
    ),
  ]);
}
