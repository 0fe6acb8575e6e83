import type { Cloud } from './cloud.ts';

/** How long a cloud supports a Kubernetes minor version, without paying for longer. */
export interface KubernetesSupport {
  /** Last day of standard support, as in `2027-03-27`; absent: no end. */
  readonly endsOn?: string;
}

/** Support of a minor version on a cloud, or undefined where the table does not have it. */
export function kubernetesSupport(cloud: Cloud, version: string): KubernetesSupport | undefined {
  return Object.hasOwn(SUPPORT[cloud], version) ? SUPPORT[cloud][version] : undefined;
}

/** Versions that a cloud supports on a day (ISO date), oldest first. */
export function supportedVersions(cloud: Cloud, today: string): readonly string[] {
  return Object.entries(SUPPORT[cloud])
    .filter(([, { endsOn }]) => endsOn === undefined || endsOn >= today)
    .map(([version]) => version);
}

/** Where the dates come from; read on 2026-11-22 from copies of August 2026. */
export const KUBERNETES_SUPPORT_SOURCES: Readonly<Record<Cloud, string>> = {
  aws: 'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html (by endoflife.date/amazon-eks, 2026-08-22)',
  gcp: 'https://cloud.google.com/kubernetes-engine/docs/release-schedule (by endoflife.date/google-kubernetes-engine, 2026-08-22)',
  azure:
    'https://learn.microsoft.com/azure/aks/supported-kubernetes-versions (2026-08-21; it names months: their last day)',
  local: 'what the local region builds',
};

const SUPPORT: Readonly<Record<Cloud, Readonly<Record<string, KubernetesSupport>>>> = {
  aws: {
    '1.33': { endsOn: '2026-07-29' },
    '1.34': { endsOn: '2026-12-02' },
    '1.35': { endsOn: '2027-03-27' },
    '1.36': { endsOn: '2027-08-02' },
  },
  gcp: {
    '1.33': { endsOn: '2026-08-03' },
    '1.34': { endsOn: '2026-10-01' },
    '1.35': { endsOn: '2027-04-11' },
    '1.36': { endsOn: '2027-08-09' },
  },
  azure: {
    '1.33': { endsOn: '2026-07-31' },
    '1.34': { endsOn: '2026-11-30' },
    '1.35': { endsOn: '2027-03-31' },
    '1.36': { endsOn: '2027-06-30' },
  },
  // Built here from pinned sources and reachable from this machine only: the end of upstream's support is no reason to stop.
  local: { '1.34': {} },
};
