import { ADMINISTRATOR_FORMS } from '../cloud-ids.ts';
import { clustersOf, present } from '../draft.ts';
import { repeated } from './rule.ts';
import type { Rule, RuleFinding } from './rule.ts';

const someAdministrator: Rule = {
  name: 'cluster-administrators',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    if (cloud === undefined || cloud === 'local') return [];
    return clustersOf(draft).flatMap(([path, { administrators }]): readonly RuleFinding[] =>
      administrators !== undefined && administrators.length > 0
        ? []
        : [
            {
              // No error: a region can be made first and somebody let in by hand, and no cloud asks for one.
              severity: 'warning',
              path: administrators === undefined ? path : [...path, 'administrators'],
              message: 'Nobody is named who may apply manifests here: a fresh cluster lets nobody in.',
              suggestion: `Name who may under administrators: ${ADMINISTRATOR_FORMS[cloud].form}.`,
            },
          ],
    );
  },
};

const form: Rule = {
  name: 'administrator-form',
  check: (draft) => {
    const cloud = draft.file.region?.cloud;
    if (cloud === undefined) return [];
    const { pattern, form: words } = ADMINISTRATOR_FORMS[cloud];
    return clustersOf(draft).flatMap(([path, { administrators }]) =>
      present(administrators).flatMap(([index, administrator]) =>
        pattern.test(administrator)
          ? []
          : [{ path: [...path, 'administrators', index], message: `On ${cloud} an administrator is ${words}.` }],
      ),
    );
  },
};

const once: Rule = {
  name: 'administrator-once',
  check: (draft) =>
    clustersOf(draft).flatMap(([path, { administrators }]) =>
      repeated(
        present(administrators).map(([index, name]) => ({ name, path: [...path, 'administrators', index] })),
      ).map(([{ name, path: at }]) => ({ path: at, message: `${name} stands here twice.` })),
    ),
};

/** Who may apply manifests to a cluster. */
export const administratorRules: readonly Rule[] = [someAdministrator, form, once];
