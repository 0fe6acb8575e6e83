import { readFileSync } from 'node:fs';
import { InvalidExemptionsError, parseExemptions, type Exemption } from '../policies/exemptions.ts';
import { ALL_RULE_IDS } from '../policies/rule-ids.ts';
import { PATHS } from './project.ts';
import { UserError } from './user-error.ts';

/** @throws UserError with every entry that is wrong. */
export function loadExemptions(): readonly Exemption[] {
  const text = readFileSync(PATHS.exemptions, 'utf8');
  try {
    return parseExemptions(text, 'policies/exemptions.yaml', ALL_RULE_IDS);
  } catch (error) {
    if (!(error instanceof InvalidExemptionsError)) throw error;
    throw new UserError(error.message, { hint: 'mend policies/exemptions.yaml', cause: error });
  }
}
