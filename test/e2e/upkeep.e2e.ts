import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KafkaAccess } from '../../cli/local/kafka-access.ts';
import { tenantAccess } from '../../cli/local/tenant-access.ts';
import { CONDITION_TYPES, findCondition } from '../../contracts/conditions.ts';
import type { ControllerStatus, PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { ANNOTATIONS, LABELS } from '../../contracts/labels.ts';
import { pscNamespace } from '../../contracts/names.ts';
import { type RunningRegion, runningRegion } from '../../local/region/running-region.ts';
import { eventually } from '../local/eventually.ts';
import { type TestRegion, testRegion, UP_MAX_MS } from './region.ts';
import { type DemoRun, startDemo } from './support/demo-run.ts';

const PSC = 'demo';
const POD = 'controller-1';
const CLAIM = `data-${POD}`;
/** Kubelets hand changed Secrets on within a minute or two. */
const CHANGED_MAX_MS = 8 * 60_000;
const POLL_MS = 500;

jest.setTimeout(CHANGED_MAX_MS);

/** What the operator does to a cluster of the region while a client writes and reads. */
describe('a tenant’s cluster', () => {
  let region: TestRegion;
  let kubectl: RunningRegion['kubectl'];
  let former: KafkaAccess;
  let client: DemoRun;

  beforeAll(async () => {
    region = await testRegion();
    ({ kubectl } = await runningRegion(region.local.layout));
    ({ access: former } = await tenantAccess(region.local, PSC));
    client = startDemo(former);
    await client.flows();
  }, UP_MAX_MS);

  afterAll(async () => {
    await client.stop();
  });

  it('has a controller join the others anew whose volume claim was deleted, and no other pod is touched', async () => {
    const others = (await pods()).filter((pod) => !pod.startsWith(`${POD} `));
    const { claimUid: lost } = controllerOf(await isWell());
    const { spec } = JSON.parse(await own('get', 'pvc', CLAIM, '-o', 'json')) as { spec: { volumeName: string } };
    await own('delete', 'pvc', CLAIM, '--wait=false');
    await own('delete', 'pod', POD, '--wait=false');
    const replaced = await eventually(psc, (each) => controllerOf(each).claimUid !== lost, CHANGED_MAX_MS, POLL_MS);
    expect(controllerOf(replaced).joins).toBe(true);
    expect(controllerOf(await isWell()).claimUid).not.toBe(lost);
    const claim = await own('get', 'pvc', CLAIM, '-o', 'json');
    expect((JSON.parse(claim) as PhysicalStatefulCluster).metadata.annotations?.[ANNOTATIONS.replaces]).toBe(lost);
    expect((await pods()).filter((pod) => !pod.startsWith(`${POD} `))).toEqual(others);
    // What becomes of the lost one is a person's business; here it goes.
    await kubectl(['patch', 'pv', spec.volumeName, '--patch={"spec":{"persistentVolumeReclaimPolicy":"Delete"}}']);
  });

  it('is given another authority while no pod is touched, and lets clients in that know either', async () => {
    const before = await pods();
    expect((await region.flotilla('psc', 'rotate', PSC, 'authority')).code).toBe(0);
    await eventually(psc, ({ status }) => isHandedOn(status), CHANGED_MAX_MS, POLL_MS);
    expect(await pods()).toEqual(before);
    const { access: current } = await tenantAccess(region.local, PSC);
    expect(current.authority).not.toBe(former.authority);
    for (const access of [former, current]) {
      const run = startDemo(access);
      await run.flows();
      expect(await run.stop()).toMatchObject({ missing: 0, duplicated: 0 });
    }
  });

  it('has lost and doubled nothing meanwhile', async () => {
    await client.flows();
    const report = await client.stop();
    expect(report).toMatchObject({ missing: 0, duplicated: 0 });
    expect(report.acknowledged).toBeGreaterThan(0);
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
      CHANGED_MAX_MS,
      POLL_MS,
    );
  }

  /** Name and uid of each pod of Kafka. */
  async function pods(): Promise<readonly string[]> {
    const columns = '-o=jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{"\\n"}{end}';
    const listed = await own('get', 'pods', '-l', `${LABELS.role} in (broker,controller)`, columns);
    return listed.split('\n').filter((line) => line !== '');
  }
});

/** Whether another authority has issued everything, and every pod shows what it was given. */
function isHandedOn(status: PhysicalStatefulCluster['status']): boolean {
  const isBusy = findCondition(status?.conditions, CONDITION_TYPES.reconciling)?.status !== 'False';
  return status?.certificates?.formerAuthorityUntil !== undefined && !isBusy;
}

function controllerOf({ status }: PhysicalStatefulCluster): ControllerStatus {
  const row = status?.controllers?.find(({ pod }) => pod === POD);
  if (row === undefined) throw new Error(`the status knows no ${POD}`);
  return row;
}
