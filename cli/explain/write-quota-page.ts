import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAllStacks, requireParsed } from '../../stacks/config.ts';
import { quotaPage } from './quota-page.ts';

// Run by hand after a change of quotas, components or stacks: node cli/explain/write-quota-page.ts
const ROOT = join(import.meta.dirname, '..', '..');
writeFileSync(join(ROOT, 'docs', 'quotas.md'), quotaPage(requireParsed(loadAllStacks(join(ROOT, 'stacks')))));
