import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PolicyPack, type PolicyPackArgs } from '@pulumi/policy';
import { packPolicies } from './cloud/pack-policies.ts';
import { parseExemptions } from './exemptions.ts';
import { ALL_RULE_IDS } from './rule-ids.ts';

const DATE_CHARACTERS = 'YYYY-MM-DD'.length;
const EXEMPTIONS = join(import.meta.dirname, 'exemptions.yaml');

// What Pulumi's host runs: it serves the policies from here on.
new PolicyPack('flotilla', {
  description: "Rules over the cloud resources of Flotilla's regions",
  policies: packPolicies({
    exemptions: parseExemptions(readFileSync(EXEMPTIONS, 'utf8'), EXEMPTIONS, ALL_RULE_IDS),
    today: new Date().toISOString().slice(0, DATE_CHARACTERS),
  }) as PolicyPackArgs['policies'],
});
