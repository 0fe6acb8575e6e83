import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleTable } from './rule-table.ts';

// Run by hand after a change of the rules: node policies/write-rule-table.ts
writeFileSync(join(import.meta.dirname, '..', 'docs', 'policies.md'), ruleTable());
