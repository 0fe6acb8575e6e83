import type { Properties, Shape } from './sdk-types.ts';

/**
 * What a cloud would compute: a value for each output that the SDK calls certain and the inputs do not give. The
 * values have the right type and are the same for the same resource, and mean nothing: texts name their resource.
 */
export function inventedOutputs(
  properties: Properties,
  given: Readonly<Record<string, unknown>>,
  resource: string,
): Readonly<Record<string, unknown>> {
  const missing = [...properties].filter(([name, { isRequired }]) => isRequired && given[name] === undefined);
  return Object.fromEntries(missing.map(([name, { shape }]) => [name, invented(shape, `${resource}/${name}`, 0)]));
}

/** Types of some SDKs hold themselves. */
const MAX_DEPTH = 4;

function invented(shape: Shape, label: string, depth: number): unknown {
  switch (shape.kind) {
    case 'any':
      return label;
    case 'scalar':
      return shape.types.includes('string') ? label : shape.types.includes('number') ? 0 : false;
    case 'list':
      return depth >= MAX_DEPTH ? [] : [invented(shape.element, label, depth + 1)];
    case 'map':
      return {};
    case 'object':
      return depth >= MAX_DEPTH ? {} : members(shape.properties(), label, depth + 1);
    case 'either': {
      const [first] = shape.options;
      return first === undefined ? label : invented(first, label, depth);
    }
  }
}

function members(properties: Properties, label: string, depth: number): Readonly<Record<string, unknown>> {
  const certain = [...properties].filter(([, { isRequired }]) => isRequired);
  return Object.fromEntries(certain.map(([name, { shape }]) => [name, invented(shape, `${label}.${name}`, depth)]));
}
