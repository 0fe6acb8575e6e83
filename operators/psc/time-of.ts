/** A moment, milliseconds since 1970, as the status has it. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
