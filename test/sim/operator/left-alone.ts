import { ANNOTATIONS } from '../../../contracts/labels.ts';
import type { StoredPsc } from '../../../operators/psc/observed.ts';

/** Whether the operator is told to keep its hands off. */
export function isLeftAlone({ spec, metadata }: StoredPsc): boolean {
  return spec.maintenance?.paused === true || metadata.annotations?.[ANNOTATIONS.ignore] !== undefined;
}
