/** A time in the form that Kubernetes calls MicroTime, which is read only with all six digits. */
export function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace(/Z$/, '000Z');
}
