import type { SecretRef } from './credential-secrets.ts';

/** A Secret that cannot be made again without breaking a cluster that runs: a person must bring it back, or start over. */
export class LostCredentialsError extends Error {
  override readonly name = 'LostCredentialsError';
  readonly psc: string;
  readonly lost: SecretRef;

  constructor(psc: string, lost: SecretRef, what: { readonly why: string; readonly remedy: string }) {
    super(`${psc}: Secret ${lost.namespace}/${lost.name} ${what.why}. ${what.remedy}`);
    this.psc = psc;
    this.lost = lost;
  }
}
