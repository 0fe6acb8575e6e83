import { isTimeZone } from '../../../contracts/maintenance-windows.ts';
import { MOTHERSHIP, OUTBOX_PSC, NAMESPACES } from '../../../contracts/names.ts';
import {
  isPlatformOwned,
  shortRetention,
  userConfigViolations,
} from '../../../constructs/kubernetes/kafka/user-config.ts';
import { isTenantSetting, TENANT_SETTINGS } from '../../../constructs/kubernetes/kafka/tenant-settings.ts';
import { clusterNameOf, clustersOf, tenantsOf } from '../draft.ts';
import { didYouMean } from '../nearest.ts';
import { DEFAULT_LOCAL_RETENTION_HOURS } from '../schema.ts';
import { ownedBecause } from '../owned-keys.ts';
import { repeated } from './rule.ts';
import type { Named, Rule, RuleFinding } from './rule.ts';

const tenantOnce: Rule = {
  name: 'tenant-once',
  check: (draft) => {
    const named = tenantsOf(draft).flatMap(([path, { name }]): readonly Named[] =>
      name === undefined ? [] : [{ name, path: [...path, 'name'] }],
    );
    return repeated(named).map(([{ name, path }, before]) => ({
      path,
      message: `The tenant ${name} is here already, as tenants[${String(before.path[1])}].`,
    }));
  },
};

/** Which there are only a program can tell. */
const timeZone: Rule = {
  name: 'time-zone',
  check: (draft) =>
    tenantsOf(draft).flatMap(([path, { maintenanceWindows = [] }]) =>
      maintenanceWindows.flatMap((window, index): readonly RuleFinding[] =>
        window?.timeZone === undefined || isTimeZone(window.timeZone)
          ? []
          : [
              {
                path: [...path, 'maintenanceWindows', index, 'timeZone'],
                message: `${window.timeZone} is no time zone of the IANA's database.`,
                suggestion: 'Name a city of the zone, as in Europe/Berlin, or leave it out for UTC.',
              },
            ],
      ),
    ),
};

const GROUP = 'cert-manager.io';
const OWN_KINDS: readonly string[] = ['Issuer', 'ClusterIssuer'];

const issuerReachable: Rule = {
  name: 'authority-issuer',
  check: (draft) =>
    tenantsOf(draft).flatMap(([path, { cluster: named, authorityIssuer }]): readonly RuleFinding[] => {
      if (authorityIssuer === undefined) return [];
      const { kind, group = GROUP } = authorityIssuer;
      const name = clusterNameOf(draft, named);
      const cluster = clustersOf(draft).find(([, each]) => each.name === name)?.[1];
      return [
        ...(group !== GROUP || kind === undefined || OWN_KINDS.includes(kind)
          ? []
          : [
              {
                path: [...path, 'authorityIssuer', 'kind'],
                message: `cert-manager itself has no issuers of kind ${kind}.`,
                suggestion: 'Write Issuer or ClusterIssuer, or name the group of the kind.',
              },
            ]),
        ...(cluster === undefined || cluster.certManager === true
          ? []
          : [
              {
                path: [...path, 'authorityIssuer'],
                message: `The operator may not ask cert-manager for anything in the Kubernetes cluster ${String(name)}.`,
                suggestion: 'Install cert-manager there, and write certManager: true at the Kubernetes cluster.',
              },
            ]),
      ];
    }),
};

const PLATFORM_PREFIX = 'flotilla-';

/** Names that the platform's own namespaces, objects and cloud resources have. */
const RESERVED_NAMES: ReadonlySet<string> = new Set([
  MOTHERSHIP,
  OUTBOX_PSC,
  'flotilla',
  'platform',
  ...Object.values(NAMESPACES),
  ...Object.values(NAMESPACES).map((namespace) => namespace.slice(PLATFORM_PREFIX.length)),
]);

const nameFree: Rule = {
  name: 'tenant-name-reserved',
  check: (draft) =>
    tenantsOf(draft).flatMap(([path, { name }]) =>
      name === undefined || !(RESERVED_NAMES.has(name) || name.startsWith(PLATFORM_PREFIX) || name.startsWith('kube-'))
        ? []
        : [
            {
              path: [...path, 'name'],
              message: `The name ${name} is kept for the platform's own.`,
              suggestion: 'Name the tenant after the team or the product that uses it.',
            },
          ],
    ),
};

const settingFree: Rule = {
  name: 'platform-owned-setting',
  check: (draft) =>
    tenantsOf(draft).flatMap(([path, { config }]) =>
      Object.entries(config ?? {}).flatMap(([setting, value]): readonly RuleFinding[] => {
        const [violation] = userConfigViolations({ [setting]: String(value) });
        if (violation === undefined) return [];
        const at = { path: [...path, 'config', setting], at: 'key' as const };
        if (isPlatformOwned(setting)) {
          const message = `The platform sets ${setting}: ${ownedBecause(setting)}.`;
          return [{ ...at, message, suggestion: 'Take the line out.' }];
        }
        const meant = isTenantSetting(setting) ? undefined : didYouMean(setting, Object.keys(TENANT_SETTINGS));
        return [{ ...at, message: sentence(violation.rule), suggestion: meant ?? sentence(violation.remedy) }];
      }),
    ),
};

const MS_PER_HOUR = 3_600_000;

const retentionCoversVolumes: Rule = {
  name: 'retention-covers-volumes',
  check: (draft) =>
    tenantsOf(draft).flatMap(([path, { config, infiniteStorage }]): readonly RuleFinding[] => {
      if (infiniteStorage === undefined) return [];
      const hours = infiniteStorage.localRetentionHours ?? DEFAULT_LOCAL_RETENTION_HOURS;
      const texts = Object.fromEntries(Object.entries(config ?? {}).map(([key, value]) => [key, String(value)]));
      const setting = shortRetention(texts, hours * MS_PER_HOUR);
      if (setting === undefined) return [];
      return [
        {
          path: [...path, 'config', setting],
          message: `Records would be gone before the volumes let go of them: Infinite Storage keeps ${hours} hours there.`,
          suggestion: 'Raise it, or lower infiniteStorage.localRetentionHours.',
        },
      ];
    }),
};

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

export const tenantRules: readonly Rule[] = [
  tenantOnce,
  nameFree,
  settingFree,
  retentionCoversVolumes,
  timeZone,
  issuerReachable,
];
