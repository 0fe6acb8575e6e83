import { setTimeout as delay } from 'node:timers/promises';
import { CONDITION_TYPES } from '../../contracts/conditions.ts';
import type { PhysicalStatefulCluster } from '../../contracts/gen/psc-types.ts';
import { pscNamespace } from '../../contracts/names.ts';
import type { Pod } from '../agent/kubernetes-types.ts';
import { PSC_PLURAL } from '../../contracts/psc-kind.ts';
import { decodedData } from '../../operators/psc/credentials/credential-secrets.ts';
import { kubectl } from '../kubernetes/region-control-plane.ts';
import type { RegionLayout } from '../region/layout.ts';
import { ToolError } from '../tools/tool-error.ts';
import type { PlatformCluster } from './platform-cluster.ts';
import { unreadyPods } from './unready-pods.ts';

/** The cluster of a region, by `kubectl` as its administrator. */
export function kubectlCluster(layout: RegionLayout, binary: string): PlatformCluster {
  const run = async (args: readonly string[], input?: string): Promise<string> =>
    await kubectl(layout, binary, args, input);
  return {
    apply: async (objects) => {
      if (objects.length === 0) return;
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      // Whoever changed a field by hand is overruled: the stack's files say what is wanted.
      await run(['apply', '--server-side', '--force-conflicts', `--field-manager=${FIELD_MANAGER}`, '-f', '-'], list);
    },
    readSecret: async ({ namespace, name }) => {
      const text = await run(['-n', namespace, 'get', 'secret', name, '--ignore-not-found', '-o', 'json']);
      if (text.trim() === '') return undefined;
      return decodedData(JSON.parse(text));
    },
    served: async (definitions) => {
      if (definitions.length === 0) return;
      const crds = definitions.map((name) => `customresourcedefinition/${name}`);
      await run(['wait', '--for=condition=Established', ...crds, `--timeout=${SERVED_SECONDS}s`]);
    },
    ready: async ({ namespace, name }, pods) => {
      const condition = `--for=jsonpath={.status.readyReplicas}=${pods}`;
      await waited(
        async (timeout) => await run(['-n', namespace, 'wait', condition, `statefulset/${name}`, timeout]),
        `${namespace}/${name} has not ${pods} ready pods`,
        async () => await unreadyLines(run, namespace, (pod) => isOf(pod, name)),
      );
    },
    jobDone: async ({ namespace, name }) => {
      const isOfJob = ({ metadata }: Pod): boolean => metadata?.labels?.['batch.kubernetes.io/job-name'] === name;
      await waited(
        async (timeout) => await run(['-n', namespace, 'wait', '--for=condition=Complete', `job/${name}`, timeout]),
        `the Job ${namespace}/${name} has not done its work`,
        async () => await unreadyLines(run, namespace, isOfJob),
      );
    },
    pscReady: async (psc) => {
      const namespace = pscNamespace(psc);
      const condition = `--for=condition=${CONDITION_TYPES.ready}`;
      await waited(
        async (timeout) => await run(['-n', namespace, 'wait', condition, `${PSC_RESOURCE}/${psc}`, timeout]),
        `the PSC ${psc} is not ready`,
        async () => [...(await openConditions(run, psc)), ...(await unreadyLines(run, namespace, () => true))],
      );
    },
    workersReady: async (psc, workers) => {
      const namespace = pscNamespace(psc);
      const condition = `--for=jsonpath={.status.connect.workersReady}=${workers}`;
      await waited(
        async (timeout) => await run(['-n', namespace, 'wait', condition, `${PSC_RESOURCE}/${psc}`, timeout]),
        `the workers of ${psc} are not ready`,
        async () => [...(await openConditions(run, psc)), ...(await unreadyLines(run, namespace, () => true))],
      );
    },
    exec: async ({ namespace, name }, program, args) => {
      await run(['-n', namespace, 'exec', name, '--', program, ...args]);
    },
  };
}

type Kubectl = (args: readonly string[]) => Promise<string>;

/** Repeats a wait that is shorter than the bound of a command itself, so that kubectl says what it waited for. */
async function waited(
  wait: (timeout: string) => Promise<unknown>,
  what: string,
  why: () => Promise<readonly string[]>,
): Promise<void> {
  const deadlineMs = performance.now() + READY_SECONDS * 1000;
  for (;;) {
    try {
      await wait(`--timeout=${WAIT_SECONDS}s`);
      return;
    } catch (error) {
      if (performance.now() < deadlineMs) {
        // What is not there yet ends a wait at once.
        await delay(PAUSE_MS);
        continue;
      }
      throw new ToolError([`${what} after ${READY_SECONDS} s`, ...(await why())].join('\n'), {
        hint: 'mend what the lines above say; then run ./flotilla up again, which goes on from here',
        cause: error,
      });
    }
  }
}

/** What the operator says of a PSC that is not as it shall be, or that it says nothing. */
async function openConditions(run: Kubectl, psc: string): Promise<readonly string[]> {
  const text = await run(['-n', pscNamespace(psc), 'get', PSC_RESOURCE, psc, '-o', 'json']);
  const { status = {} } = JSON.parse(text) as PhysicalStatefulCluster;
  const { conditions = [] } = status;
  if (conditions.length === 0) return ['the operator has said nothing of it yet: see ./flotilla logs'];
  const open = conditions.filter(({ type, status: is }) => (type === CONDITION_TYPES.ready) !== (is === 'True'));
  return open.map(({ type, reason, message = '' }) => `${type}: ${reason}${message === '' ? '' : `: ${message}`}`);
}

function isOf({ metadata }: Pod, statefulSet: string): boolean {
  return metadata?.ownerReferences?.some(({ name }) => name === statefulSet) === true;
}

/** What is known of each of some pods that is not ready, with the end of the log that says most. */
async function unreadyLines(
  run: Kubectl,
  namespace: string,
  isMeant: (pod: Pod) => boolean,
): Promise<readonly string[]> {
  const { items } = JSON.parse(await run(['-n', namespace, 'get', 'pods', '-o', 'json'])) as {
    readonly items: readonly Pod[];
  };
  const lines = unreadyPods(items.filter(isMeant)).map(async ({ name, reason, log }) => {
    const tail = log === undefined ? '' : await logTailOf(run, ['-n', namespace, name, '-c', log.container], log);
    return [`${name} ${reason}`, ...tail.split('\n').filter((line) => line !== '')].join('\n  | ');
  });
  return await Promise.all(lines);
}

async function logTailOf(run: Kubectl, where: readonly string[], { previous }: { previous: boolean }): Promise<string> {
  const args = ['logs', ...where, `--tail=${LOG_LINES}`, ...(previous ? ['--previous'] : [])];
  // A log that cannot be read must not hide why it was wanted.
  return await run(args).catch((error: unknown) => `no log: ${error instanceof Error ? error.message : String(error)}`);
}

const FIELD_MANAGER = 'flotilla-up';
const PSC_RESOURCE = `${PSC_PLURAL}.flotilla.dev`;
const SERVED_SECONDS = 50;
const WAIT_SECONDS = 50;
const PAUSE_MS = 1_000;
const LOG_LINES = 12;
/** A first start pulls nothing, but on a loaded machine JVMs take long. */
const READY_SECONDS = 400;
