/** What is said about a step. */
export type StepAttributes = Readonly<Record<string, string | number | boolean>>;

/** Follows work step by step, for whoever wants to know where its time goes. */
export interface Steps {
  /** Runs a step; what it runs by `inner` is part of it. A step that rejects has failed. */
  readonly run: <T>(name: string, step: (inner: Steps) => Promise<T>) => Promise<T>;
  /** The same for what does not wait. */
  readonly runNow: <T>(name: string, step: () => T) => T;
  /** Says something about the step that these steps are part of. */
  readonly note: (attributes: StepAttributes) => void;
}

/** Nobody wants to know. */
export const UNFOLLOWED: Steps = {
  run: (_name, step) => step(UNFOLLOWED),
  runNow: (_name, step) => step(),
  note: () => undefined,
};
