import { GenericError, ResponseError } from '@platformatic/kafka';

/** What Kafka answered with, where it was an answer at all. */
export interface KafkaRefusal {
  /** Kafka's name of the error, as in `INVALID_CONFIG`. */
  readonly id: string;
  /** Kafka's own words, else those that the protocol has for the error. */
  readonly message: string;
}

/** Every error of Kafka's protocol that led to this one. */
export function refusalsIn(error: unknown): readonly KafkaRefusal[] {
  return errorsIn(error).flatMap((each) => {
    if (!(each instanceof GenericError)) return [];
    const id: unknown = each['apiId'];
    const said: unknown = each['serverErrorMessage'];
    if (typeof id !== 'string') return [];
    return [{ id, message: typeof said === 'string' && said !== '' ? said : each.message }];
  });
}

/**
 * The answer even where parts of it are errors: the client library rejects a whole answer for one part, and gives the answer
 * with the error.
 */
export async function evenPartly<T>(
  sent: Promise<T>,
  isFine: (refusal: KafkaRefusal) => boolean = () => true,
): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    const response: unknown = error instanceof ResponseError ? error['response'] : undefined;
    if (response === undefined || !refusalsIn(error).every(isFine)) throw error;
    return response as T;
  }
}

/** Why a cluster cannot be asked, in words: the most telling of what was tried. */
export function unreachableReason(error: unknown): string {
  const all = errorsIn(error);
  const refused = refusalsIn(error).find(({ id }) => id === 'SASL_AUTHENTICATION_FAILED');
  if (refused !== undefined) return `the brokers refuse the password of the platform: ${refused.message}`;
  const certificate = all.find((each) => TLS_CODES.test(codeOf(each)));
  if (certificate !== undefined) return `a certificate is not accepted: ${certificate.message}`;
  const deepest = all.at(-1);
  return deepest === undefined ? String(error) : deepest.message;
}

/** Whether other credentials could help. */
export function isCredentialsFault(error: unknown): boolean {
  return (
    refusalsIn(error).some(({ id }) => id === 'SASL_AUTHENTICATION_FAILED') ||
    errorsIn(error).some((each) => TLS_CODES.test(codeOf(each)))
  );
}

/** Codes of Node and OpenSSL for a certificate that is not trusted, or not the host's. */
const TLS_CODES = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS_CERT|ERR_SSL/;

function codeOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** The error, and what it was caused by, from the outermost to the innermost. */
function errorsIn(error: unknown, depth = 0): readonly Error[] {
  if (!Error.isError(error) || depth > MAX_DEPTH) return [];
  const { errors = [] } = error as { readonly errors?: unknown };
  const parts: readonly unknown[] = Array.isArray(errors) ? errors : [];
  return [error, ...[...parts, error.cause].flatMap((each) => errorsIn(each, depth + 1))];
}

const MAX_DEPTH = 8;
