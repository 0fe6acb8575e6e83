import { LOCAL_OBJECT_STORE } from '../../constructs/kubernetes/local/object-store.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import type { RunningRegion } from '../region/running-region.ts';

/** Number of pods that the object store is meant to have. */
export async function objectStoreReplicas({ kubectl }: RunningRegion): Promise<number> {
  return Number(await kubectl([...STORE, 'get', STATEFUL_SET, '--output=jsonpath={.spec.replicas}']));
}

/** Ends the object store, and resolves when it is gone. */
export async function stopObjectStore({ kubectl }: RunningRegion): Promise<void> {
  await kubectl([...STORE, 'scale', STATEFUL_SET, '--replicas=0']);
  await kubectl([...STORE, 'wait', '--for=delete', `pod/${LOCAL_OBJECT_STORE}-0`, WAIT]);
}

/** Starts the object store, and resolves when it is ready. */
export async function startObjectStore({ kubectl }: RunningRegion, replicas: number): Promise<void> {
  await kubectl([...STORE, 'scale', STATEFUL_SET, `--replicas=${replicas}`]);
  await kubectl([...STORE, 'rollout', 'status', STATEFUL_SET, WAIT]);
}

const STORE = ['--namespace', NAMESPACES.controlPlane];
const STATEFUL_SET = `statefulset/${LOCAL_OBJECT_STORE}`;
/** Less than kubectl itself is given. */
const WAIT = '--timeout=55s';
