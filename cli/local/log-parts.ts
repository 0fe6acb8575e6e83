import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { nodePaths } from '../../local/nodes/node-files.ts';
import { daemonNames, logFileOf } from '../../local/processes/daemon.ts';
import type { RegionLayout } from '../../local/region/layout.ts';
import { systemErrorCode } from '../../local/tools/tool-error.ts';
import { UserError } from '../user-error.ts';

/** Something that keeps a log. */
export interface LogPart {
  /** As in `kube-apiserver`, `local-a/kubelet`, `psc-demo/kafka-0`. */
  readonly name: string;
  /** Other names that people may give it, where no other part has the same. */
  readonly aliases: readonly string[];
  readonly files: readonly LogFile[];
}

export interface LogFile {
  readonly path: string;
  /** Container, for a pod's. */
  readonly label?: string;
  /** `cri`: each line has a time, a stream and a mark before what was logged. */
  readonly format: 'plain' | 'cri';
}

/** Everything in a region's folder that keeps a log, whether it runs or not, by name. */
export async function logParts(layout: RegionLayout): Promise<readonly LogPart[]> {
  const daemons = (await daemonNames(layout)).map((name) => plainPart(name, logFileOf(layout, name)));
  const ofNodes = await Promise.all(
    layout.nodes.map(async (node) => {
      const programs = (await entries(nodePaths(node).logs)).filter((file) => file.endsWith('.log'));
      const pods = join(node.folder, 'var-log-pods');
      return [
        ...programs.map((file) =>
          plainPart(`${node.zone}/${basename(file, '.log')}`, join(nodePaths(node).logs, file)),
        ),
        ...(await Promise.all((await entries(pods)).map(async (folder) => await podPart(join(pods, folder))))),
      ];
    }),
  );
  return [...daemons, ...ofNodes.flat()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The part that a person means. @throws UserError for none or several, with the names that there are */
export function partCalled(text: string, parts: readonly LogPart[]): LogPart {
  const exact = parts.filter(({ name }) => name === text);
  const found = exact.length > 0 ? exact : parts.filter(({ aliases }) => aliases.includes(text));
  const names = new Set(found.map(({ name }) => name));
  const [only] = found;
  // A pod that moved has left logs on each node that it was on.
  if (only !== undefined && names.size === 1) return { ...only, files: found.flatMap(({ files }) => files) };
  const listed = [...new Set((names.size === 0 ? parts : found).map(({ name }) => name))].join(', ');
  throw new UserError(
    names.size === 0 ? `no part of the region is called ${text}` : `${text} is the name of ${names.size} parts`,
    {
      hint: listed === '' ? 'the region has no logs yet: run ./flotilla up' : `choose from: ${listed}`,
    },
  );
}

/** Namespace and pod of a folder below /var/log/pods, as in `psc-demo_kafka-0_5f0c…`; undefined for any other. */
export function podOfFolder(folder: string): { readonly namespace: string; readonly name: string } | undefined {
  const [namespace, name, uid] = folder.split('_');
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name };
}

/** What was logged, of one line in the CRI's format; other lines as they are. */
export function criMessage(line: string): string {
  return /^\S+ (?:stdout|stderr) [FP](?::\S*)? ?(.*)$/.exec(line)?.[1] ?? line;
}

const PSC_PREFIX = 'psc-';

function plainPart(name: string, path: string): LogPart {
  return { name, aliases: [], files: [{ path, format: 'plain' }] };
}

async function podPart(folder: string): Promise<LogPart> {
  const pod = podOfFolder(basename(folder));
  const name = pod === undefined ? basename(folder) : `${pod.namespace}/${pod.name}`;
  const files = await Promise.all(
    (await entries(folder)).map(async (container) => {
      const newest = (await entries(join(folder, container)))
        .filter((file) => file.endsWith('.log'))
        .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
        .at(-1);
      return newest === undefined
        ? []
        : [{ path: join(folder, container, newest), label: container, format: 'cri' as const }];
    }),
  );
  return { name, aliases: pod === undefined ? [] : aliasesOf(pod), files: files.flat() };
}

function aliasesOf({ namespace, name }: { readonly namespace: string; readonly name: string }): readonly string[] {
  return namespace.startsWith(PSC_PREFIX) ? [name, `${namespace.slice(PSC_PREFIX.length)}/${name}`] : [name];
}

async function entries(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return [];
    throw error;
  });
}
