import type { Cloud } from '../../../contracts/cloud.ts';
import { MOTHERSHIP } from '../../../contracts/names.ts';
import type { StackConfig } from '../../stack-config.ts';
import {
  BOUNDARY_FORMS,
  BUCKET_FORMS,
  DNS_ZONE_FORMS,
  IDENTITY_FORMS,
  LINK_SERVICE_FORMS,
  SECRET_FORMS,
  VOLUME_KEY_FORMS,
} from '../cloud-ids.ts';
import type { Forms } from '../cloud-ids.ts';
import type { DeepPartial } from '../draft.ts';
import { parseCustomerKey } from '../key-forms.ts';
import type { Finding, Path } from '../problem.ts';
import { repeated } from '../rules/rule.ts';
import type { OutputsFile } from './schema.ts';

type OutputsDraft = DeepPartial<OutputsFile>;
type OutputsRule = (outputs: OutputsDraft, config: StackConfig) => readonly Finding[];

/** What a config needs of its region's outputs, and what has the wrong form in them. */
export function applyOutputRules(outputs: OutputsDraft, config: StackConfig): readonly Finding[] {
  return RULES.flatMap((rule) => rule(outputs, config));
}

const REPLACE = 'Run `pulumi up` for the stack, or mend the file that stands in for its outputs.';

const sameRegion: OutputsRule = (outputs, { stack, region }) => {
  const pairs = [
    ['cloud', outputs.cloud, region.cloud],
    ['region', outputs.region, region.name],
    ['account', outputs.account, region.account],
  ] as const;
  return pairs.flatMap(([key, said, expected]) =>
    said === undefined || said === expected
      ? []
      : [
          {
            path: [key],
            rule: 'outputs-of-this-region',
            message: `The stack ${stack} is in the ${key} ${expected}.`,
            suggestion: `Use ${expected}, or look whether these are another stack's outputs.`,
          },
        ],
  );
};

const everyTenant: OutputsRule = ({ tenants }, config) => {
  const needed = needsStorage(config);
  const there = Object.keys(tenants ?? {});
  const isNeeded = new Set(needed);
  const isThere = new Set(there);
  return [
    ...needed
      .filter((name) => !isThere.has(name))
      .map((name) => missing(['tenants', name], `There are no outputs of ${name}: its bucket, key and identity.`)),
    ...there
      .filter((name) => !isNeeded.has(name))
      .map((name): Finding => ({
        severity: 'warning',
        path: ['tenants', name],
        at: 'key',
        rule: 'outputs-left-over',
        message: `The stack has no tenant ${name}.`,
      })),
  ];
};

function needsStorage({ mothership, tenants }: StackConfig): readonly string[] {
  return [...(mothership.hosted ? [MOTHERSHIP] : []), ...tenants.map(({ name }) => name)];
}

const controlPlaneHas: OutputsRule = ({ database, identities }, { controlPlane, region }) => {
  if (controlPlane === undefined) return [];
  return [
    ...(database === undefined
      ? [missing(['database'], 'The region hosts the control plane: its database is missing.')]
      : []),
    ...(identities !== undefined && identities.bucketProvisioner === undefined
      ? [missing(['identities', 'bucketProvisioner'], 'The region hosts the control plane: this identity is missing.')]
      : []),
    ...(region.cloud === 'aws' && identities !== undefined && identities.tenantBoundary === undefined
      ? [missing(['identities', 'tenantBoundary'], 'The region hosts the control plane: this policy is missing.')]
      : []),
  ];
};

/** What every region on a cloud has, and the local one has not. */
const onACloud: OutputsRule = ({ egressRanges, dnsZone, database, volumeResourceGroup }, { region }) => {
  if (region.cloud === 'local') return [];
  return [
    ...(egressRanges?.length === 0
      ? [missing(['egressRanges'], 'Nodes reach out through NAT gateways: their addresses are missing.')]
      : []),
    ...(dnsZone === undefined ? [missing(['dnsZone'], "The zone of the region's domain is missing.")] : []),
    ...(region.cloud === 'azure' && volumeResourceGroup === undefined
      ? [missing(['volumeResourceGroup'], 'The resource group that volumes are made in is missing.')]
      : []),
    ...(database !== undefined && database.credentialsSecret === undefined
      ? [missing(['database', 'credentialsSecret'], "Where the database's administrator is kept is missing.")]
      : []),
  ];
};

/** What the parts of a cluster act as in the cloud, where that is not the cloud's own agent. */
const clusterIdentities: OutputsRule = ({ kubernetesClusters }, config) =>
  config.kubernetesClusters.flatMap(({ name }) => {
    const cluster = kubernetesClusters?.[name];
    if (cluster === undefined) return [];
    return CLUSTER_IDENTITIES.flatMap(({ key, clouds, what }) => {
      const path = ['kubernetesClusters', name, key];
      const needed = clouds.includes(config.region.cloud);
      if (needed === (cluster[key] !== undefined)) return [];
      if (needed) return [missing(path, `The identity of ${what} is missing.`)];
      const message = `On ${config.region.cloud} ${what} is the cloud's own and has no identity of ours.`;
      return [{ path, at: 'key' as const, rule: 'identity-form', message, suggestion: REPLACE }];
    });
  });

const CLUSTER_IDENTITIES: readonly {
  readonly key: 'gatewayIdentity' | 'autoscalerIdentity';
  readonly clouds: readonly Cloud[];
  readonly what: string;
}[] = [
  { key: 'gatewayIdentity', clouds: ['aws', 'azure'], what: "who makes the gateway's load balancer" },
  { key: 'autoscalerIdentity', clouds: ['aws'], what: 'the cluster autoscaler' },
];

const everyCluster: OutputsRule = ({ kubernetesClusters }, config) => {
  if (config.region.cloud === 'local') return [];
  const needed = config.kubernetesClusters.map(({ name }) => name);
  const there = Object.keys(kubernetesClusters ?? {});
  return [
    ...needed
      .filter((name) => !there.includes(name))
      .map((name) => missing(['kubernetesClusters', name], `There are no outputs of the Kubernetes cluster ${name}.`)),
    ...there
      .filter((name) => !needed.includes(name))
      .map((name): Finding => ({
        severity: 'warning',
        path: ['kubernetesClusters', name],
        at: 'key',
        rule: 'outputs-left-over',
        message: `The stack has no Kubernetes cluster ${name}.`,
      })),
  ];
};

function missing(path: Path, message: string): Finding {
  return { path, value: '', rule: 'required', message, suggestion: REPLACE };
}

const forms: OutputsRule = (outputs, { region }) => {
  const { platformKeyId, identities, tenants, kubernetesClusters, dnsZone, database, mothershipService } = outputs;
  const texts: readonly FormedText[] = [
    [['platformKeyId'], platformKeyId, VOLUME_KEY_FORMS, 'key-form'],
    [['identities', 'externalDns'], identities?.externalDns, IDENTITY_FORMS, 'identity-form'],
    [['identities', 'bucketProvisioner'], identities?.bucketProvisioner, IDENTITY_FORMS, 'identity-form'],
    [['identities', 'tenantBoundary'], identities?.tenantBoundary, BOUNDARY_FORMS, 'policy-form'],
    [['mothershipService'], mothershipService, LINK_SERVICE_FORMS, 'private-link-form'],
    ...Object.entries(kubernetesClusters ?? {}).flatMap(([name, cluster = {}]): readonly FormedText[] => [
      [['kubernetesClusters', name, 'gatewayIdentity'], cluster.gatewayIdentity, IDENTITY_FORMS, 'identity-form'],
      [['kubernetesClusters', name, 'autoscalerIdentity'], cluster.autoscalerIdentity, IDENTITY_FORMS, 'identity-form'],
    ]),
    [['dnsZone', 'id'], dnsZone?.id, DNS_ZONE_FORMS, 'dns-zone-form'],
    [['database', 'credentialsSecret'], database?.credentialsSecret, SECRET_FORMS, 'secret-form'],
    ...Object.entries(tenants ?? {}).flatMap(([name, storage = {}]): readonly FormedText[] => [
      [['tenants', name, 'keyId'], storage.keyId, VOLUME_KEY_FORMS, 'key-form'],
      [['tenants', name, 'bucket'], storage.bucket, BUCKET_FORMS, 'bucket-form'],
      [['tenants', name, 'identity'], storage.identity, IDENTITY_FORMS, 'identity-form'],
    ]),
  ];
  return texts.flatMap(([path, text, form, rule]) =>
    text === undefined || form[region.cloud].pattern.test(text)
      ? []
      : [{ path, rule, message: `On ${region.cloud} this is ${form[region.cloud].form}.`, suggestion: REPLACE }],
  );
};

/** Where a text stands, the text, the form that it has to have, and the rule that says so. */
type FormedText = readonly [Path, string | undefined, Forms, string];

const keysHere: OutputsRule = ({ platformKeyId, tenants }, { region }) => {
  const keys: readonly (readonly [Path, string | undefined])[] = [
    [['platformKeyId'], platformKeyId],
    ...Object.entries(tenants ?? {}).map(([name, storage]) => [['tenants', name, 'keyId'], storage?.keyId] as const),
  ];
  return keys.flatMap(([path, key]) => {
    const location = key === undefined ? undefined : parseCustomerKey(key)?.location;
    return location === undefined || location === region.name
      ? []
      : [{ path, rule: 'key-in-region', message: `This key lies in ${location}; the region is ${region.name}.` }];
  });
};

/** On azure the outputs name a disk encryption set, which does not tell the key inside it. */
const customersOwnKey: OutputsRule = ({ tenants }, config) =>
  config.tenants.flatMap(({ name, encryptionKey }) => {
    const key = tenants?.[name]?.keyId;
    const own = encryptionKey?.customerKeyId;
    if (key === undefined || own === undefined || config.region.cloud === 'azure' || key === own) return [];
    return [
      {
        path: ['tenants', name, 'keyId'],
        rule: 'customer-key-used',
        message: `${name} brings the key ${own}; the outputs have another one.`,
        suggestion: REPLACE,
      },
    ];
  });

/** A bucket or an identity that two tenants share would let one read the other's data. */
const nothingShared: OutputsRule = ({ tenants }, { region }) =>
  (['bucket', 'identity'] as const).flatMap((field) => {
    // A local region has one object store with one user.
    if (field === 'identity' && region.cloud === 'local') return [];
    const named = Object.entries(tenants ?? {}).flatMap(([tenant, storage]) =>
      storage?.[field] === undefined ? [] : [{ name: storage[field], path: ['tenants', tenant, field] }],
    );
    return repeated(named).map(([{ path }, first]) => ({
      path,
      rule: 'storage-apart',
      message: `${String(first.path[1])} has this ${field} already: each tenant has its own.`,
      suggestion: REPLACE,
    }));
  });

const localEndpoint: OutputsRule = ({ tenants }, { region }) =>
  region.cloud !== 'local'
    ? []
    : Object.entries(tenants ?? {}).flatMap(([name, storage]) =>
        storage === undefined || storage.endpoint !== undefined
          ? []
          : [
              missing(
                ['tenants', name, 'endpoint'],
                'A local region has no cloud: the address of its object store is missing.',
              ),
            ],
      );

const RULES: readonly OutputsRule[] = [
  sameRegion,
  everyTenant,
  everyCluster,
  clusterIdentities,
  onACloud,
  controlPlaneHas,
  forms,
  keysHere,
  customersOwnKey,
  nothingShared,
  localEndpoint,
];
