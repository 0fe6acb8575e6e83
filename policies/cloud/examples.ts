import { changeField } from '../examples/change.ts';
import type { CloudExample } from './cloud-rule.ts';
import type { CloudResource, Fields } from './cloud-resource.ts';

/** A resource of an example. */
export function example(
  type: string,
  name: string,
  props: Fields,
  protect: 'protected' | 'open' = 'open',
): CloudResource {
  const urn = `urn:pulumi:example::flotilla::${type}::${name}`;
  return { urn, type, name, props, protect: protect === 'protected', references: {} };
}

/** The example in which everything is well. */
export function good(title: string, ...resources: readonly CloudResource[]): CloudExample {
  return { title, resources };
}

/** The good resources with one field of one of them changed, or removed where the value is undefined. */
export function bad(
  title: string,
  resources: readonly CloudResource[],
  [name, path, value]: readonly [name: string, path: string, value: unknown],
): CloudExample {
  if (!resources.some((resource) => resource.name === name)) throw new Error(`no resource ${name} in ${title}`);
  const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const changed = resources.map((resource) =>
    resource.name === name ? { ...resource, props: changeField(resource.props, keys, value) as Fields } : resource,
  );
  return { title, resources: changed };
}

/** The good resources without one of them. */
export function without(title: string, resources: readonly CloudResource[], name: string): CloudExample {
  if (!resources.some((resource) => resource.name === name)) throw new Error(`no resource ${name} in ${title}`);
  return { title, resources: resources.filter((resource) => resource.name !== name) };
}
