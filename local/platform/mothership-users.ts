import { MOTHERSHIP_SECRET } from '../../constructs/kubernetes/shared/mothership.ts';
import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';
import { NAMESPACES } from '../../contracts/names.ts';
import { topicPrefixOf } from '../../contracts/topics.ts';
import { mountedSecrets } from './mounted-secrets.ts';

/** What a user may do with the resources whose names begin so. */
export interface Grant {
  readonly resource: 'topic' | 'group' | 'transactional-id';
  readonly prefix: string;
}

/** A principal of the platform on the mothership; everything that it may do is granted to it by prefix. */
export interface MothershipUser {
  readonly user: string;
  readonly grants: readonly Grant[];
}

/** Name on the mothership of the parts in one namespace. */
export function mothershipUserName(namespace: string): string {
  return namespace;
}

/**
 * Users that the parts of the control plane and of one data plane come to the mothership as. A data plane's reads and writes
 * its own topics only, so that what is stolen from one region reads nothing of another.
 */
export function mothershipUsers(kubernetesCluster: string): readonly MothershipUser[] {
  const own = topicPrefixOf(kubernetesCluster);
  return [
    {
      user: mothershipUserName(NAMESPACES.controlPlane),
      grants: [
        { resource: 'topic', prefix: 'flotilla.' },
        { resource: 'group', prefix: 'flotilla-' },
        { resource: 'transactional-id', prefix: 'flotilla-' },
      ],
    },
    {
      user: mothershipUserName(NAMESPACES.system),
      grants: [
        { resource: 'topic', prefix: own },
        { resource: 'group', prefix: own },
        { resource: 'transactional-id', prefix: own },
      ],
    },
  ];
}

/** Whether an object's pods come to the mothership as soon as they start, and fail where nobody knows them. */
export function usesMothership(object: KubernetesObject): boolean {
  return mountedSecrets(object).some(({ name }) => name === MOTHERSHIP_SECRET);
}
