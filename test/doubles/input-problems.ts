import type { Properties, Shape } from './sdk-types.ts';
import { isRecord, isSpecial, isUnknown, unwrapped } from './wire.ts';

export interface InputProblem {
  /** As in `lifecycleRules[0].id`. */
  readonly path: string;
  readonly reason: string;
}

/** What the SDK's own types have against these inputs: missing, misspelt and wrongly typed properties, all of them. */
export function inputProblems(properties: Properties, inputs: unknown, path = ''): readonly InputProblem[] {
  if (!isRecord(inputs)) return [{ path, reason: 'must be an object' }];
  const unknown = Object.keys(inputs).filter((name) => !properties.has(name) && !isOfPulumi(name));
  const problems: InputProblem[] = unknown.map((name) => ({
    path: join(path, name),
    reason: 'is not a property of this type in the SDK',
  }));
  for (const [name, { isRequired, shape }] of properties) {
    const value = unwrapped(inputs[name]);
    if (value !== undefined && value !== null) problems.push(...valueProblems(shape, value, join(path, name)));
    else if (isRequired) problems.push({ path: join(path, name), reason: 'is required' });
  }
  return problems;
}

/** What a provider's arguments lack or misspell; values are not looked at, for the engine sends them as JSON texts. */
export function configProblems(properties: Properties, inputs: unknown): readonly InputProblem[] {
  const anything = [...properties].map(([name, { isRequired }]) => {
    return [name, { isRequired, shape: { kind: 'any' } }] as const;
  });
  return inputProblems(new Map([...anything, ...ENGINE_CONFIG]), inputs);
}

const ENGINE_CONFIG = ['version', 'pluginDownloadURL'].map(
  (name) => [name, { isRequired: false, shape: { kind: 'any' } }] as const,
);

function valueProblems(shape: Shape, given: unknown, path: string): readonly InputProblem[] {
  const value = unwrapped(given);
  if (shape.kind === 'any' || isUnknown(value) || isSpecial(value)) return [];
  switch (shape.kind) {
    case 'scalar':
      return shape.types.some((type) => typeof value === type) ? [] : [mustBe(shape.types.join(' or '), path)];
    case 'list':
      if (!Array.isArray(value)) return [mustBe('list', path)];
      return value.flatMap((element, place) => valueProblems(shape.element, element, `${path}[${place}]`));
    case 'map':
      if (!isRecord(value)) return [mustBe('map', path)];
      return Object.entries(value).flatMap(([key, entry]) => valueProblems(shape.value, entry, join(path, key)));
    case 'object':
      return inputProblems(shape.properties(), value, path);
    case 'either':
      return fewest(shape.options.map((option) => valueProblems(option, value, path)));
  }
}

/** The option that was most likely meant: the one that the value breaks least, but deepest. */
function fewest(options: readonly (readonly InputProblem[])[]): readonly InputProblem[] {
  if (options.some((problems) => problems.length === 0)) return [];
  const depth = (problems: readonly InputProblem[]): number => Math.max(...problems.map(({ path }) => path.length));
  return options.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
}

function mustBe(type: string, path: string): InputProblem {
  return { path, reason: `must be a ${type}` };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** As in `__defaults`: written by the engine's bridges, not by a program. */
function isOfPulumi(name: string): boolean {
  return name.startsWith('__');
}
