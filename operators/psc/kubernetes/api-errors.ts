import { ApiServerError, isBudgetUsedUp } from '../../runtime/api-server.ts';
import { ConflictError, RefusedError, TooManyDisruptionsError } from '../ports.ts';

/** What an error of the API server means to the operator; any other error as it is. */
export function portError(error: unknown): unknown {
  if (!(error instanceof ApiServerError)) return error;
  const message = error.answer?.message ?? error.message;
  if (error.status === CONFLICT || isOtherObject(error)) return new ConflictError(message, { cause: error });
  if (REFUSALS.has(error.status)) return new RefusedError(message, { cause: error });
  if (isBudgetUsedUp(error)) return new TooManyDisruptionsError(message, { cause: error });
  return error;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiServerError && error.status === NOT_FOUND;
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiServerError && error.status === CONFLICT;
}

const NOT_FOUND = 404;
const CONFLICT = 409;
const UNPROCESSABLE = 422;
/** Bad request, forbidden, too large, unprocessable: the same object gets the same answer. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 413, UNPROCESSABLE]);

/** A patch that names another uid than the object has is not a conflict to the API server, but an attempt to change the uid. */
function isOtherObject({ status, answer }: ApiServerError): boolean {
  return status === UNPROCESSABLE && answer?.details?.causes?.some(({ field }) => field === 'metadata.uid') === true;
}
