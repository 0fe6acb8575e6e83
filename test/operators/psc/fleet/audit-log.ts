import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One call as the API server wrote it down when it was over. */
export interface AuditedCall {
  readonly atMs: number;
  readonly verb: string;
  /** As in `pods/status`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly code: number;
}

/** What one user asks of an API server, by the server's own log: all but watches. */
export interface AuditLog {
  readonly flags: readonly string[];
  readonly calls: () => Promise<readonly AuditedCall[]>;
}

/** Writes the policy of the log into a folder. */
export async function auditLog(folder: string, user: string): Promise<AuditLog> {
  const [policyFile, logFile] = [join(folder, 'audit-policy.json'), join(folder, 'audit.log')];
  const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete', 'deletecollection'];
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [user], verbs }, { level: 'None' }],
  };
  await writeFile(policyFile, JSON.stringify(policy));
  return {
    flags: [`--audit-policy-file=${policyFile}`, `--audit-log-path=${logFile}`, '--audit-log-maxsize=1000'],
    calls: async () => (await readFile(logFile, 'utf8')).split('\n').flatMap(parsed),
  };
}

interface RawEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: Readonly<Partial<Record<'resource' | 'subresource' | 'namespace' | 'name', string>>>;
  readonly responseStatus?: { readonly code?: number };
}

/** Nothing of a line that is being written, or that the end of a server has cut. */
function parsed(line: string): readonly AuditedCall[] {
  let event: RawEvent;
  try {
    event = JSON.parse(line) as RawEvent;
  } catch {
    return [];
  }
  const { verb, objectRef: { resource = '', subresource, namespace = '', name = '' } = {}, responseStatus } = event;
  return [
    {
      atMs: Date.parse(event.requestReceivedTimestamp),
      verb,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name,
      code: responseStatus?.code ?? 0,
    },
  ];
}

/** A write of anything but the lease, which is renewed as long as somebody leads. */
export function isWrite({ verb, resource }: AuditedCall): boolean {
  return verb !== 'get' && verb !== 'list' && resource !== 'leases';
}
