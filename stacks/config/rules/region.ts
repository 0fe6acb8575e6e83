import { knownRegions, knownZones } from '../../../constructs/capacity/zones.ts';
import { ACCOUNT_FORMS } from '../cloud-ids.ts';
import { present, tenantsOf, words } from '../draft.ts';
import { didYouMean } from '../nearest.ts';
import type { Path } from '../problem.ts';
import { repeated, suggest } from './rule.ts';
import type { Rule, RuleFinding } from './rule.ts';

const stackNamed: Rule = {
  name: 'stack-name',
  check: ({ stack, file }) => {
    const { cloud, name } = file.region ?? {};
    if (cloud === undefined || name === undefined) return [];
    const expected = cloud === 'local' ? 'local' : `${cloud}-${name}`;
    if (stack === expected || stack.startsWith(`${expected}-`)) return [];
    return [
      {
        path: ['region', 'name'],
        message: `The stack ${stack} holds the region ${name} of ${cloud}: its name says another one.`,
        suggestion: `Name the file Pulumi.${expected}.yaml, or put right the region.`,
      },
    ];
  },
};

const accountForm: Rule = {
  name: 'account-form',
  check: ({ file }) => {
    const { cloud, account } = file.region ?? {};
    if (cloud === undefined || account === undefined || ACCOUNT_FORMS[cloud].pattern.test(account)) return [];
    return [{ path: ['region', 'account'], message: `An account on ${cloud} is ${ACCOUNT_FORMS[cloud].form}.` }];
  },
};

const regionKnown: Rule = {
  name: 'region-known',
  check: ({ file }) => {
    const { cloud, name } = file.region ?? {};
    if (cloud === undefined || name === undefined || knownZones(cloud, name) !== undefined) return [];
    return [
      {
        path: ['region', 'name'],
        message: `${name} is no region of ${cloud} that has three zones.`,
        ...suggest(didYouMean(name, knownRegions(cloud))),
      },
    ];
  },
};

const zoneInRegion: Rule = {
  name: 'zone-in-region',
  check: ({ file }) => {
    const { cloud, name } = file.region ?? {};
    const known = cloud === undefined || name === undefined ? undefined : knownZones(cloud, name);
    if (known === undefined || name === undefined) return [];
    return present(file.region?.zones).flatMap(([index, zone]) =>
      known.includes(zone)
        ? []
        : [
            {
              path: ['region', 'zones', index],
              message: `${name} has the zones ${known.join(', ')}.`,
              ...suggest(guess(zone, known)),
            },
          ],
    );
  },
};

const tenantZoneInRegion: Rule = {
  name: 'tenant-zone-in-region',
  check: (draft) => {
    const zones = words(draft.file.region?.zones);
    if (zones.length === 0) return [];
    return tenantsOf(draft).flatMap(([path, tenant]) =>
      present(tenant.zones).flatMap(([index, zone]) =>
        zones.includes(zone)
          ? []
          : [
              {
                path: [...path, 'zones', index],
                message: `The region's data planes are in ${zones.join(', ')}.`,
                ...suggest(guess(zone, zones)),
              },
            ],
      ),
    );
  },
};

const zoneOnce: Rule = {
  name: 'zone-once',
  check: (draft) => [
    ...zonesTwice(['region', 'zones'], draft.file.region?.zones),
    ...tenantsOf(draft).flatMap(([path, tenant]) => zonesTwice([...path, 'zones'], tenant.zones)),
  ],
};

function zonesTwice(path: Path, zones: Parameters<typeof present<string>>[0]): readonly RuleFinding[] {
  const named = present(zones).map(([index, name]) => ({ name, path: [...path, index] }));
  return repeated(named).map(([{ name, path: at }]) => ({
    path: at,
    message: `The zone ${name} stands here twice: three copies need three zones.`,
  }));
}

/** A zone one letter off is named alone only where it is not among many that are as close. */
function guess(zone: string, known: readonly string[]): string | undefined {
  const suggestion = didYouMean(zone, known);
  return zone.slice(0, -1) === known[0]?.slice(0, -1) ? `Use one of ${known.join(', ')}.` : suggestion;
}

export const regionRules: readonly Rule[] = [
  stackNamed,
  accountForm,
  regionKnown,
  zoneInRegion,
  tenantZoneInRegion,
  zoneOnce,
];
