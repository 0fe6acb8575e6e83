import { problemUnless } from './input-problems.ts';
import type { InputProblem } from './input-problems.ts';

/** The problem of a domain that no zone can be made for; none where it is well. */
export function domainProblems(domain: string): readonly InputProblem[] {
  return problemUnless(
    DOMAIN.test(domain) && domain.length <= MAX_DOMAIN,
    'region.domain',
    domain,
    `a domain is made of labels of small letters, digits and dashes, at most ${MAX_DOMAIN} characters in all`,
  );
}

const DOMAIN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/;
/** RFC 1035, 2.3.4, without the dot at the end. */
const MAX_DOMAIN = 253;
