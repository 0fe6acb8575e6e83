import { describe, expect, test } from '@jest/globals';
import { hintsFor } from '../../cli/pulumi/hints.ts';

/** Texts of clouds and providers that no double can provoke; the engine's own are provoked in test/local/pulumi-hints.e2e.ts. */
const TEXTS: readonly (readonly [cause: string, text: string])[] = [
  ['no-credentials', 'error: unable to validate AWS credentials. No valid credential sources found'],
  ['no-credentials', 'google: could not find default credentials. See https://cloud.google.com/docs/authentication'],
  ['no-credentials', "AzureCLICredential: ERROR: Please run 'az login' to setup account."],
  ['no-credentials', 'api error ExpiredToken: The security token included in the request is expired'],
  ['wrong-account', 'AWS account ID not allowed: 210987654321'],
  ['wrong-account', 'Code="SubscriptionNotFound" Message="The subscription \'0000\' could not be found."'],
  ['wrong-region', 'invalid AWS Region: us-west-9'],
  ['wrong-region', "Code='LocationNotAvailableForResourceType'"],
  ['quota', 'api error AddressLimitExceeded: The maximum number of addresses has been reached.'],
  ['quota', "googleapi: Error 403: Quota 'CPUS' exceeded. Limit: 24.0 in region us-central1., quotaExceeded"],
  [
    'quota',
    'Code="QuotaExceeded" Message="Operation could not be completed as it results in exceeding approved quota"',
  ],
  ['service-off', 'Compute Engine API has not been used in project example before or it is disabled.'],
  [
    'not-allowed',
    'api error AccessDenied: User: arn:aws:iam::123456789012:user/a is not authorized to perform: iam:CreateRole',
  ],
  [
    'pending-operations',
    'error: the current deployment has 1 resource(s) with pending operations\n  * urn, interrupted while creating',
  ],
  [
    'protected',
    'error: resource "urn" cannot be deleted\nbecause it is protected. To unprotect the resource, remove the flag',
  ],
  ['engine-too-old', 'error: unknown flag: --event-log'],
  ['node-too-old', 'TypeError [ERR_UNKNOWN_FILE_EXTENSION]: Unknown file extension ".ts" for /stacks/index.ts'],
];

describe('what to do after a failed run of Pulumi', () => {
  test.each(TEXTS)('is told for %s: %s', (cause, text) => {
    const found = hintsFor(text);
    expect(found.map((hint) => hint.cause)).toEqual([cause]);
    expect(found[0]?.hint).toMatch(/\w/);
  });

  test('is not told where nothing is known', () => {
    expect(hintsFor('error: update failed')).toEqual([]);
    expect(hintsFor('')).toEqual([]);
  });

  test('is told for the cause alone where one thing brings another along', () => {
    const text = 'No valid credential sources found\nAccessDenied';
    expect(hintsFor(text).map(({ cause }) => cause)).toEqual(['no-credentials']);
  });
});
