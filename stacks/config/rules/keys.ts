import { tenantsOf } from '../draft.ts';
import { CUSTOMER_KEY_FORMS, parseCustomerKey, resemblesKeyOf } from '../key-forms.ts';
import type { Rule, RuleFinding } from './rule.ts';

/** A customer's key must be of the stack's cloud, whole, and where the data is. */
const customerKey: Rule = {
  name: 'customer-key',
  check: (draft) => {
    const { cloud, name: region } = draft.file.region ?? {};
    if (cloud === undefined) return [];
    return tenantsOf(draft).flatMap(([tenant, { encryptionKey }]): readonly RuleFinding[] => {
      const id = encryptionKey?.customerKeyId;
      if (id === undefined) return [];
      const path = [...tenant, 'encryptionKey', 'customerKeyId'];
      if (cloud === 'local') {
        return [{ path, message: 'A local region has no key service.', suggestion: 'Take encryptionKey out.' }];
      }
      const suggestion = `A key on ${cloud} is ${CUSTOMER_KEY_FORMS[cloud]}.`;
      const key = parseCustomerKey(id);
      const of = key?.cloud ?? resemblesKeyOf(id);
      if (of !== undefined && of !== cloud) {
        return [{ path, message: `This is a key on ${of}; the region is on ${cloud}.`, suggestion }];
      }
      if (key === undefined) return [{ path, message: aliasMessage(id) ?? 'This is no key.', suggestion }];
      if (key.location === undefined || region === undefined || key.location === region) return [];
      return [
        {
          path,
          message: `This key lies in ${key.location}: volumes and buckets of ${region} take a key of ${region} only.`,
          suggestion: `Use a key in ${region}.`,
        },
      ];
    });
  },
};

function aliasMessage(id: string): string | undefined {
  return id.includes(':alias/')
    ? 'An alias can be pointed at another key under the data: name the key itself.'
    : undefined;
}

export const keyRules: readonly Rule[] = [customerKey];
