const MIB = 2 ** 20;

/** Limits of what runs at a time, and when a broker counts as gone. */
export interface ExecuteSettings {
  /** Moves that a broker takes or feeds at a time, */
  readonly maxMovesPerBroker: number;
  /** and up to how many where all that they copy together is so little: the first rate does it in some seconds. */
  readonly maxSmallMovesPerBroker: number;
  readonly smallMovesMb: number;
  readonly maxMovesPerCluster: number;
  /** Partitions whose leader changes in one pass: their clients have to find the new one. */
  readonly maxLeaderChanges: number;
  /** A broker that is fenced for longer is not waited for: its replicas are made anew elsewhere. */
  readonly deadAfterMs: number;
  /** A broker at which clients have waited for longer leads nothing, unless that is so at more than a third of all: it is not the broker then. */
  readonly demoteAfterMs: number;
  /** The same of a broker that does not answer, though the controllers hear it: clients cannot reach it either. */
  readonly silentAfterMs: number;
  /** A broker whose handlers wait for its storage for longer, while all others are well, is to be restarted, */
  readonly stalledAfterMs: number;
  /** and not again before it has been well for so long. */
  readonly stallMemoryMs: number;
  /** What is older is not acted on: somebody may have changed it. */
  readonly viewMaxAgeMs: number;
  readonly rate: RateSettings;
}

/** Of throttled replicas, in bytes a second for each broker. */
export interface RateSettings {
  readonly first: number;
  readonly least: number;
  readonly most: number;
  /** From one change to the next. */
  readonly intervalMs: number;
}

export const EXECUTE_SETTINGS: ExecuteSettings = {
  maxMovesPerBroker: 5,
  maxSmallMovesPerBroker: 20,
  smallMovesMb: 50,
  maxMovesPerCluster: 100,
  maxLeaderChanges: 20,
  deadAfterMs: 15 * 60_000,
  demoteAfterMs: 60_000,
  silentAfterMs: 30_000,
  stalledAfterMs: 120_000,
  stallMemoryMs: 60 * 60_000,
  viewMaxAgeMs: 10_000,
  rate: { first: 10 * MIB, least: MIB, most: 200 * MIB, intervalMs: 30_000 },
};
