import { problemUnless } from '../input-problems.ts';
import type { InputProblem } from '../input-problems.ts';
import { type Place, type PlaceLimits, placeProblems } from '../place-problems.ts';
import { GCP_LABELS } from './region-labels.ts';

/** A project's id (cloud.google.com/resource-manager/docs/creating-managing-projects). */
export const PROJECT_ID = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** Everything that is wrong with the place of a component on GCP. */
export function regionProblems(place: Place): readonly InputProblem[] {
  return [...placeProblems('gcp', place, LIMITS), ...labelProblems(place.region.tags)];
}

const LIMITS: PlaceLimits = {
  account: PROJECT_ID,
  accountRule: "use the project's id: 6 to 30 small letters, digits and dashes, with a letter first and no dash last",
  // Leaves names of 63 characters room for a tenant's.
  maxStackLength: 40,
};

/** cloud.google.com/resource-manager/docs/labels-overview#requirements; what the strictest of the services take. */
function labelProblems(labels: Readonly<Record<string, string>>): readonly InputProblem[] {
  const paths = Object.entries(labels);
  return [
    ...paths.flatMap(([key, value]) => [
      ...problemUnless(
        /^[a-z][a-z0-9_-]{0,62}$/.test(key) && !key.startsWith('goog'),
        `region.tags[${JSON.stringify(key)}]`,
        key,
        'the name of a label has 1 to 63 small letters, digits, dashes or underscores, a letter first, and does not begin with goog',
      ),
      ...problemUnless(
        /^[a-z0-9_-]{0,63}$/.test(value),
        `region.tags[${JSON.stringify(key)}]`,
        value,
        'the value of a label has at most 63 small letters, digits, dashes or underscores',
      ),
    ]),
    ...problemUnless(
      paths.length <= MAX_LABELS - Object.keys(GCP_LABELS).length,
      'region.tags',
      String(paths.length),
      `a resource has room for ${MAX_LABELS} labels, of which ${Object.keys(GCP_LABELS).length} are the platform's`,
    ),
  ];
}

const MAX_LABELS = 64;
