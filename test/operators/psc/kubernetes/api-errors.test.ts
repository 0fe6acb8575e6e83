import { describe, expect, it } from '@jest/globals';
import { portError } from '../../../../operators/psc/kubernetes/api-errors.ts';
import { ApiServerError, type ApiStatus } from '../../../../operators/runtime/api-server.ts';

describe('an error of the API server', () => {
  it.each([
    [409, undefined, 'ConflictError'],
    [422, [{ field: 'metadata.uid' }], 'ConflictError'],
    [422, [{ field: 'spec.serviceName' }], 'RefusedError'],
    [400, undefined, 'RefusedError'],
    [403, undefined, 'RefusedError'],
    [413, undefined, 'RefusedError'],
    [429, [{ reason: 'DisruptionBudget' }], 'TooManyDisruptionsError'],
    // Busy, or not ready: to be tried again.
    [429, undefined, 'ApiServerError'],
    [404, undefined, 'ApiServerError'],
    [500, undefined, 'ApiServerError'],
    [0, undefined, 'ApiServerError'],
  ])('%d with causes %j means %s', (status, causes, name) => {
    const answer: ApiStatus = {
      kind: 'Status',
      message: 'in words',
      ...(causes === undefined ? {} : { details: { causes } }),
    };
    expect(portError(new ApiServerError('path: in words', { status, answer }))).toMatchObject({
      name,
      message: expect.stringContaining('in words') as unknown,
    });
  });

  it('that is none stays what it is', () => {
    const error = new TypeError('our own mistake');
    expect(portError(error)).toBe(error);
  });
});
