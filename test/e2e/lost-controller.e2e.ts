import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CONDITION_TYPES, findCondition } from '../../contracts/conditions.ts';
import type { ControllerStatus, PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { LABELS, ANNOTATIONS } from '../../contracts/labels.ts';
import { pscNamespace } from '../../contracts/names.ts';
import { type RunningRegion, runningRegion } from '../../local/region/running-region.ts';
import { eventually } from '../local/eventually.ts';
import { testRegion, UP_MAX_MS } from './region.ts';

const PSC = 'demo';
const POD = 'controller-1';
const CLAIM = `data-${POD}`;
const REPLACED_MAX_MS = 5 * 60_000;
const POLL_MS = 500;

jest.setTimeout(REPLACED_MAX_MS);

describe('a controller whose volume claim is deleted', () => {
  let kubectl: RunningRegion['kubectl'];

  beforeAll(async () => {
    const { local } = await testRegion();
    ({ kubectl } = await runningRegion(local.layout));
  }, UP_MAX_MS);

  it('joins the others anew with an empty volume, and no other pod is touched', async () => {
    const others = await podsBeside();
    const { claimUid: lost } = controllerOf(await isWell());
    const { spec } = JSON.parse(await own('get', 'pvc', CLAIM, '-o', 'json')) as { spec: { volumeName: string } };
    await own('delete', 'pvc', CLAIM, '--wait=false');
    await own('delete', 'pod', POD, '--wait=false');
    const replaced = await eventually(psc, (each) => controllerOf(each).claimUid !== lost, REPLACED_MAX_MS, POLL_MS);
    expect(controllerOf(replaced).joins).toBe(true);
    expect(controllerOf(await isWell()).claimUid).not.toBe(lost);
    const claim = await own('get', 'pvc', CLAIM, '-o', 'json');
    expect((JSON.parse(claim) as PhysicalStatefulCluster).metadata.annotations?.[ANNOTATIONS.replaces]).toBe(lost);
    expect(await podsBeside()).toEqual(others);
    // What became of the lost one is a person's business; here it goes.
    await kubectl(['patch', 'pv', spec.volumeName, '--patch={"spec":{"persistentVolumeReclaimPolicy":"Delete"}}']);
  });

  async function own(...args: readonly string[]): Promise<string> {
    return await kubectl([`--namespace=${pscNamespace(PSC)}`, ...args]);
  }

  async function psc(): Promise<PhysicalStatefulCluster> {
    return JSON.parse(await own('get', 'psc', PSC, '-o', 'json')) as PhysicalStatefulCluster;
  }

  async function isWell(): Promise<PhysicalStatefulCluster> {
    return await eventually(
      psc,
      ({ status }) =>
        findCondition(status?.conditions, CONDITION_TYPES.ready)?.status === 'True' &&
        status?.controllers?.every(({ state }) => state === 'InSync') === true,
      REPLACED_MAX_MS,
      POLL_MS,
    );
  }

  /** Name and uid of each. */
  async function podsBeside(): Promise<readonly string[]> {
    const columns = '-o=jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}';
    const pods = await own('get', 'pods', '-l', `${LABELS.role} in (broker,controller)`, columns);
    return pods.split('\n').filter((line) => line !== '' && !line.startsWith(`${POD} `));
  }
});

function controllerOf({ status }: PhysicalStatefulCluster): ControllerStatus {
  const row = status?.controllers?.find(({ pod }) => pod === POD);
  if (row === undefined) throw new Error(`the status knows no ${POD}`);
  return row;
}
