import { knownRegions } from '../../capacity/zones.ts';
import { nameProblem, problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import type { RegionPlace } from '../region-args.ts';

/** Everything that is wrong with the place of a component on AWS. */
export function regionProblems({
  stack,
  region,
}: {
  readonly stack: string;
  readonly region: RegionPlace;
}): readonly InputProblem[] {
  const { cloud, name, account } = region;
  return [
    ...problemUnless(cloud === 'aws', 'region.cloud', cloud, 'this component makes resources of aws'),
    ...problemUnless(
      knownRegions('aws').includes(name),
      'region.name',
      name,
      'use a region that the capacity catalogue knows (constructs/capacity/zones.ts)',
    ),
    ...problemUnless(/^\d{12}$/.test(account), 'region.account', account, 'an AWS account id has 12 digits'),
    ...tagProblems(region.tags),
    ...nameProblem('stack', stack, MAX_STACK_NAME),
  ];
}

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

/** Leaves the names of roles room for the start of a tenant's. */
const MAX_STACK_NAME = 40;
