/** What one container of a service may use. */
export interface ServiceResources {
  readonly cpuMillis: number;
  readonly cpuLimitMillis: number;
  /** Request and limit. */
  readonly memoryMib: number;
}
