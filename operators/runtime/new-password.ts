import { randomBytes } from 'node:crypto';

/** A password of 256 bits that no property file, shell or URL has to quote: letters, digits, dashes and underscores. */
export function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString('base64url');
}

const PASSWORD_BYTES = 32;
