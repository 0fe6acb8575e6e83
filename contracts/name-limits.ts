import { externalHost, pscNamespace, storageClassPrefix, volumeAttributesClass, zonalStorageClass } from './names.ts';

/** Longest allowed parts that names are made from, in characters: the bounds of the PSC contract. */
export const NAME_PART_LIMITS = {
  psc: 40,
  tenant: 32,
  zone: 63,
  kubernetesCluster: 63,
  domain: 180,
  /** `kafka-999` and `controller-999`: the pattern of a pod in a placement has three digits. */
  brokerPod: 9,
  controllerPod: 14,
} as const;

/** One kind of derived name: how long it can get, and how long it may. */
export interface DerivedName {
  readonly what: string;
  /** The longest name that the contract allows. */
  readonly longest: string;
  readonly maxLength: number;
  /** Whose limit it is. */
  readonly limitOf: string;
}

const LABEL = { maxLength: 63, limitOf: 'DNS label (RFC 1123), Kubernetes label value' } as const;
const SUBDOMAIN = { maxLength: 253, limitOf: 'DNS subdomain, Kubernetes object name' } as const;
const HOST = { maxLength: 253, limitOf: 'DNS host name (RFC 1035)' } as const;
const COMMON_NAME = { maxLength: 64, limitOf: 'common name of a certificate (RFC 5280, ub-common-name)' } as const;

/** Every name that is made from a PSC's name or from parts of its spec. */
export const DERIVED_NAMES: readonly DerivedName[] = derivedNames();

function derivedNames(): readonly DerivedName[] {
  const psc = longest('psc');
  const namespace = pscNamespace(psc);
  const host = externalHost(longest('controllerPod'), psc, longest('domain'));
  return [
    { what: 'PSC name as a label value', longest: psc, ...LABEL },
    { what: 'namespace', longest: namespace, ...LABEL },
    { what: 'namespace with the longest suffix of an object', longest: `${namespace}-${'x'.repeat(18)}`, ...LABEL },
    { what: 'broker pod', longest: longest('brokerPod'), ...LABEL },
    { what: 'controller pod', longest: longest('controllerPod'), ...LABEL },
    { what: 'zone as a label value', longest: longest('zone'), ...LABEL },
    { what: 'common name of a certificate', longest: `${longest('controllerPod')}.${namespace}`, ...COMMON_NAME },
    { what: 'first label of an external host', longest: longest('controllerPod'), ...LABEL },
    { what: 'external host', longest: host, ...HOST },
    {
      what: 'zonal storage class',
      longest: zonalStorageClass(storageClassPrefix(longest('tenant')), longest('zone')),
      ...SUBDOMAIN,
    },
    {
      what: 'volume attributes class',
      longest: volumeAttributesClass({ iops: 400_000, throughputMibPerSecond: 10_000 }) ?? '',
      ...SUBDOMAIN,
    },
  ];
}

function longest(part: keyof typeof NAME_PART_LIMITS): string {
  return 'x'.repeat(NAME_PART_LIMITS[part]);
}
