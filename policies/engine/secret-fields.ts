import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/**
 * Fields of an object that hold a secret in plain sight: values of a Secret, private keys and passwords in a ConfigMap,
 * passwords in environment variables. Placeholders that something else fills in (`${…}`, `$(…)`, a file's path) are none.
 */
export function secretFieldsOf(object: KubernetesObject): readonly string[] {
  switch (object.kind) {
    case 'Secret':
      return [...filledKeys(object, 'data'), ...filledKeys(object, 'stringData')];
    case 'ConfigMap':
      return textFields(object['data'])
        .filter(([, text]) => holdsSecret(text))
        .map(([key]) => `data.${key}`);
    default:
      return [];
  }
}

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** A setting whose name says password or secret, with a value that is neither empty nor filled in from elsewhere. */
const PASSWORD_LINE = /^[\w.-]*(?:password|secret|secret[._-]?access[._-]?key)[ \t]*[=:][ \t]*["']?(?![$/"'{\s])\S+/im;
/** The same inside a JAAS line, as in `password="…"`. */
const JAAS_PASSWORD = /\bpassword="(?!\$)[^"]+"/i;

function holdsSecret(text: string): boolean {
  return PRIVATE_KEY.test(text) || PASSWORD_LINE.test(text) || JAAS_PASSWORD.test(text);
}

function filledKeys(object: KubernetesObject, field: 'data' | 'stringData'): readonly string[] {
  return textFields(object[field])
    .filter(([, text]) => text !== '')
    .map(([key]) => `${field}.${key}`);
}

function textFields(fields: unknown): readonly (readonly [string, string])[] {
  if (typeof fields !== 'object' || fields === null) return [];
  return Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}
