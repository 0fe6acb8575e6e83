import { interpolate, output } from '@pulumi/pulumi';
import type { Input, Output } from '@pulumi/pulumi';
import type { GcpProjectServices } from './project-services.ts';

/** E-mail addresses of the accounts by which Google's services act in a project. */
export interface GcpServiceAgents {
  /** Encrypts disks: the volumes that Kubernetes makes, and the nodes' own. */
  readonly compute: Output<string>;
  /** Encrypts what Kubernetes keeps in etcd. */
  readonly container: Output<string>;
  /** Encrypts what is in buckets. */
  readonly storage: Output<string>;
  readonly cloudSql: Output<string>;
  readonly secretManager: Output<string>;
}

/**
 * The agents of a project. Their names have its number, which does not follow from its id: a bucket tells it, so that
 * nothing has to be looked up (forms: cloud.google.com/iam/docs/service-agents, seen on 2026-11-22).
 */
export function serviceAgents(project: {
  /** As a bucket of the project gives it out. */
  readonly projectNumber: Input<string>;
  readonly services: Pick<GcpProjectServices, 'agents'>;
}): GcpServiceAgents {
  const number = output(project.projectNumber);
  const agentOf = (domain: string): Output<string> => interpolate`service-${number}@${domain}.iam.gserviceaccount.com`;
  return {
    compute: agentOf('compute-system'),
    container: agentOf('container-engine-robot'),
    storage: agentOf('gs-project-accounts'),
    ...project.services.agents,
  };
}
