import { isMaintenanceTime } from '../../contracts/maintenance-windows.ts';
import { brokersObstacle, clusterObstacle, evictionObstacle, quorumObstacle, stallObstacle } from './safety.ts';
import { fileChange, templateToKeep, templateToServe } from './templates.ts';
import { claimObstacle, nameObstacle } from './gates.ts';
import { chooseBatch } from './batch.ts';
import { evictionGroups } from './eviction/eviction-groups.ts';
import { emptinessObstacle, isProvenByBalancer } from './emptiness.ts';
import { isGraceOver } from './kept-volumes.ts';
import { rotationStep } from './plan-certificates.ts';
import { downgradeObstacle, isSoakOver } from './plan-features.ts';
import { voterRemovalObstacle } from './plan-lost-controllers.ts';
import { passwordStep } from './plan-passwords.ts';
import { tieringOf } from './plan-tiering.ts';
import { shrinkObstacle } from './shrink-refusal.ts';

/**
 * Decisions on which safety and quiet rest, in one place: the simulation replaces one at a time by a wrong one and shows that an
 * invariant notices.
 */
export interface Rules {
  readonly brokersObstacle: typeof brokersObstacle;
  readonly clusterObstacle: typeof clusterObstacle;
  readonly quorumObstacle: typeof quorumObstacle;
  readonly stallObstacle: typeof stallObstacle;
  readonly evictionObstacle: typeof evictionObstacle;
  readonly evictionGroups: typeof evictionGroups;
  readonly templateToServe: typeof templateToServe;
  readonly templateToKeep: typeof templateToKeep;
  readonly fileChange: typeof fileChange;
  readonly nameObstacle: typeof nameObstacle;
  readonly claimObstacle: typeof claimObstacle;
  readonly chooseBatch: typeof chooseBatch;
  readonly rotationStep: typeof rotationStep;
  readonly passwordStep: typeof passwordStep;
  readonly tieringOf: typeof tieringOf;
  readonly isMaintenanceTime: typeof isMaintenanceTime;
  readonly shrinkObstacle: typeof shrinkObstacle;
  readonly emptinessObstacle: typeof emptinessObstacle;
  readonly isProvenByBalancer: typeof isProvenByBalancer;
  readonly isGraceOver: typeof isGraceOver;
  readonly isSoakOver: typeof isSoakOver;
  readonly downgradeObstacle: typeof downgradeObstacle;
  readonly voterRemovalObstacle: typeof voterRemovalObstacle;
}

export const RULES: Rules = {
  brokersObstacle,
  clusterObstacle,
  quorumObstacle,
  stallObstacle,
  evictionObstacle,
  evictionGroups,
  templateToServe,
  templateToKeep,
  fileChange,
  nameObstacle,
  claimObstacle,
  chooseBatch,
  rotationStep,
  passwordStep,
  tieringOf,
  isMaintenanceTime,
  shrinkObstacle,
  emptinessObstacle,
  isProvenByBalancer,
  isGraceOver,
  isSoakOver,
  downgradeObstacle,
  voterRemovalObstacle,
};
