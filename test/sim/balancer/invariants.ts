/** What must hold whatever happens; the simulation's mutants die by these names. */
export const INVARIANTS = {
  replication: 'a move leaves a partition as many different replicas as it had',
  racks: 'no move takes a partition into fewer racks',
  taker: 'replicas go only to brokers that are in service and stay',
  disk: 'no disk is filled beyond what may be used, both copies counted',
  others: 'a reassignment that somebody else began is left to its end',
  excluded: 'topics that are excluded are never touched',
  whole: 'a partition is left alone while a replica of it may still recover',
  limits: 'no broker takes or feeds more moves at a time than allowed',
  throttled: 'no move runs without a throttle',
  paused: 'nothing begins while a person has it paused, or while brokers are replaced',
  'no-way-back': 'what was moved away does not come back by itself within an hour, and never twice',
  'no-mistake': 'a pass fails only by what the world does to it',
  unthrottled: 'no throttle is left when nothing moves',
  leaders: 'preferred leaders lead when all is well',
  emptied: 'brokers that are dead or to be emptied are empty in the end',
  liveness: 'once all is well again, the balancer comes to rest',
  quiet: 'nothing is written when nothing is left to do',
} as const;

export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly message: string;
}
