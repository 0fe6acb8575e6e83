import type { ClusterView, KafkaRole } from './cluster-view.ts';

/** Secrets that the operator makes in a PSC's namespace before its pods can start. */
export const SECRETS = {
  /**
   * One PEM file per pod, `<pod>.pem`: private key (PKCS #8, unencrypted), then the certificate chain. One Secret for
   * all pods, mounted as a folder: the pod template must not name a pod, and a file mounted by subPath never renews. With
   * {@link CA_FILE} as well: whoever shows a certificate of this Secret trusts the authorities that were written with it.
   */
  tls: 'kafka-tls',
  /** `ca.crt`, for clients: certificates of the PSC's own authorities, whose keys never enter this namespace. */
  ca: 'kafka-ca',
  /**
   * One key per login of the platform's users, its password: letters, digits, dash and underscore. {@link LOGINS_FILE} says
   * which of them are in use.
   */
  platformUsers: 'kafka-platform-users',
  /**
   * Only on `local`, where no cloud identity opens the object store, and only for brokers with Infinite Storage: its key pair
   * as the files `identity` and `credential`, a copy of the store's own.
   */
  objectStore: 'object-store-credentials',
} as const;

/** File of {@link SECRETS.ca}, and of {@link SECRETS.tls}. */
export const CA_FILE = 'ca.crt';

/**
 * SCRAM users that exist from the first start on. Names that begin with `flotilla-` are the platform's: no API key may
 * be given one.
 */
export const PLATFORM_USERS = {
  /** Makes users, ACLs, quotas and topics of the platform. */
  operator: 'flotilla-operator',
  /** Moves replicas. */
  balancer: 'flotilla-balancer',
} as const;
export type PlatformUser = (typeof PLATFORM_USERS)[keyof typeof PLATFORM_USERS];

/** File of {@link SECRETS.platformUsers} which says what set of logins is in use; absent until it is written: the first. */
export const LOGINS_FILE = 'logins.json';

/**
 * Each platform user has two logins, which take turns: Kafka knows one password of a login at a time, and with the second one
 * a password is replaced while the one before it still lets in whoever has not heard of it (ADR 0016).
 */
export const LOGIN_SETS = ['a', 'b'] as const;
export type LoginSet = (typeof LOGIN_SETS)[number];

/** SCRAM user name of a platform user in one of its sets. */
export function loginOf(user: PlatformUser, set: LoginSet): string {
  return set === 'a' ? user : `${user}-${set}`;
}

/** All logins of one set. */
export function loginsOf(set: LoginSet): readonly string[] {
  return Object.values(PLATFORM_USERS).map((user) => loginOf(user, set));
}

/**
 * Platform users are super users: whoever may move replicas may alter the cluster, which includes giving oneself every other
 * right, so that ACLs would only look like a limit. Both logins of each from the start, so that no pod is replaced when they change.
 */
export const SUPER_USERS: readonly string[] = LOGIN_SETS.flatMap((set) => loginsOf(set));

/** Principal of every broker and controller of the cluster, whatever the pod. */
export const NODE_PRINCIPAL = 'flotilla-node';

/** Common name of a pod's certificate: the whole subject, so that the order of its parts cannot matter. */
export function certificateCommonName(pod: string, namespace: string): string {
  return `${pod}.${namespace}`;
}

/**
 * `ssl.principal.mapping.rules`: certificates of this cluster's own pods become {@link NODE_PRINCIPAL}; any other keeps
 * its subject as its name, which no ACL knows. One name for all pods leaves `super.users` alone when brokers come.
 */
export function principalMappingRules(view: ClusterView): string {
  return `RULE:^CN=(kafka|controller)-(0|[1-9][0-9]{0,2})[.]${view.namespace}$/${NODE_PRINCIPAL}/,DEFAULT`;
}

/** Service account of the pods of one role. Only brokers touch the object store, so only theirs has a cloud identity. */
export const SERVICE_ACCOUNTS = { broker: 'kafka', controller: 'controller' } as const satisfies Record<
  KafkaRole,
  string
>;
