import type { KubernetesObject } from '../../contracts/kubernetes-object.ts';

/** Keys and indexes down to a field. */
export type FieldPath = readonly (string | number)[];

/** A copy of the object with one field set, or removed where the value is undefined. The way to it is made if need be. */
export function change(object: KubernetesObject, path: FieldPath, value: unknown): KubernetesObject {
  return changeField(object, path, value) as KubernetesObject;
}

/** {@link change} for a value of any shape. */
export function changeField(node: unknown, path: FieldPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const items: readonly unknown[] = Array.isArray(node) ? node : [];
    return [...items.slice(0, key), changeField(items[key], rest, value), ...items.slice(key + 1)];
  }
  const fields = typeof node === 'object' && node !== null ? (node as Readonly<Record<string, unknown>>) : {};
  const changed = changeField(fields[key], rest, value);
  const others = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key));
  return changed === undefined ? others : { ...others, [key]: changed };
}
