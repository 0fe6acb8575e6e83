import type {
  V1EndpointSlice,
  V1LabelSelector,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1Service,
  V1StorageClass,
} from '@kubernetes/client-node';

/** Objects as the API server's JSON has them, not as instances of the client's classes. */
export type Plain<T> = T extends Date
  ? string
  : T extends readonly (infer Element)[]
    ? readonly Plain<Element>[]
    : T extends object
      ? { readonly [Key in keyof T as PlainKey<Key>]: Plain<T[Key]> }
      : T;

/** The client puts a line before names that are words of JavaScript. */
type PlainKey<Key> = Key extends `_${infer Name}` ? Name : Key;

export type EndpointSlice = Plain<V1EndpointSlice>;
export type LabelSelector = Plain<V1LabelSelector>;
export type Namespace = Plain<V1Namespace>;
export type NetworkPolicy = Plain<V1NetworkPolicy>;
export type NetworkPolicyPeer = NonNullable<NetworkPolicyRule['from']>[number];
export type NetworkPolicyPort = NonNullable<NetworkPolicyRule['ports']>[number];
export type Node = Plain<V1Node>;
export type PersistentVolume = Plain<V1PersistentVolume>;
export type PersistentVolumeClaim = Plain<V1PersistentVolumeClaim>;
export type Pod = Plain<V1Pod>;
export type Service = Plain<V1Service>;
export type StorageClass = Plain<V1StorageClass>;

type NetworkPolicyRule = NonNullable<NonNullable<NetworkPolicy['spec']>['ingress']>[number];
