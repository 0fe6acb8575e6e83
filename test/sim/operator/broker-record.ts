type ProcessState = 'down' | 'starting' | 'recovering' | 'running' | 'stopping';

/** A broker as it truly is. */
export interface BrokerRecord {
  readonly id: number;
  readonly zone: string;
  process: ProcessState;
  isFenced: boolean;
  /** Counts starts and ends of the process: what was planned for an earlier one no longer happens. */
  run: number;
  /** The one whose storage stalls. */
  stalledRun: number;
  onListening: () => void;
  usedShare: number;
  hasRegistered: boolean;
  /** How the process before ended. */
  ended: 'in-order' | 'badly';
  /** Until when the controllers take a process that has ended for alive; they let no other in under its id meanwhile. */
  sessionEndsAtMs: number;
}

/** Runs are counted from nothing upwards. */
export const NO_RUN = -1;

export function newBrokerRecord(id: number, zone: string): BrokerRecord {
  return {
    id,
    zone,
    process: 'down',
    isFenced: true,
    run: 0,
    stalledRun: NO_RUN,
    onListening: () => undefined,
    usedShare: 0.2,
    hasRegistered: false,
    ended: 'in-order',
    sessionEndsAtMs: 0,
  };
}
