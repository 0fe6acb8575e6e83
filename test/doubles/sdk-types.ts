import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** What a value may be, as the declarations of a Pulumi SDK say. */
export type Shape =
  | { readonly kind: 'any' }
  | { readonly kind: 'scalar'; readonly types: readonly ('string' | 'number' | 'boolean')[] }
  | { readonly kind: 'list'; readonly element: Shape }
  | { readonly kind: 'map'; readonly value: Shape }
  | { readonly kind: 'object'; readonly properties: () => Properties }
  | { readonly kind: 'either'; readonly options: readonly Shape[] };

export type Properties = ReadonlyMap<string, { readonly isRequired: boolean; readonly shape: Shape }>;

/** The types of one SDK, read from its `.d.ts` files without loading its code. */
export interface SdkTypes {
  /** Name of the plugin, as in `aws`. */
  readonly name: string;
  readonly version: string;
  /** Of a type's arguments by its token, as in `aws:s3/bucket:Bucket`; undefined where the SDK has no such type. */
  readonly inputs: (token: string) => Properties | undefined;
  readonly outputs: (token: string) => Properties | undefined;
  /** Of the explicit provider's arguments. */
  readonly provider: () => Properties;
}

/** Reads the installed package, as in `@pulumi/aws`; throws when it is not installed. */
export function sdkTypes(packageName: string): SdkTypes {
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  const folder = dirname(manifest);
  const { pulumi } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly pulumi: { readonly name: string; readonly version: string };
  };
  const nested = new NestedTypes(folder);
  const declarations = (token: string): Declarations | undefined => {
    const file = fileOf(folder, token);
    return file === undefined ? undefined : nested.declarations(file);
  };
  return {
    ...pulumi,
    inputs: remembered((token) => nested.members(declarations(token)?.get(`${typeName(token)}Args`))),
    outputs: remembered((token) => nested.members(declarations(token)?.get(typeName(token)))),
    provider: () => {
      const members = nested.members(nested.declarations(join(folder, 'provider.d.ts')).get('ProviderArgs'));
      if (members === undefined) throw new Error(`${packageName} declares no ProviderArgs`);
      return members;
    },
  };
}

/** A type is asked for again with each of its resources, and a declaration does not change. */
function remembered<Key, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, { readonly value: Value }>();
  return (key) => {
    const found = known.get(key) ?? { value: compute(key) };
    known.set(key, found);
    return found.value;
  };
}

type Declarations = ReadonlyMap<string, ts.InterfaceDeclaration | ts.ClassDeclaration>;

/**
 * `aws:s3/bucket:Bucket` and `azure-native:storage:Bucket` both lie in a file that is called like the type; what
 * `random:index/randomPassword:RandomPassword` names lies beside the index.
 */
function fileOf(folder: string, token: string): string | undefined {
  const [, module = '', type = ''] = token.split(':');
  const file = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
  const others = [
    module.replace(/^index\//, ''),
    // `gcp:projects/iAMCustomRole:IAMCustomRole` lies in `projects/iamcustomRole`.
    module.replace(/\/iAM(.)/, (_found, next: string) => `/iam${next.toLowerCase()}`),
  ];
  const paths = [module, `${module}/${file}`, ...others].map((path) => join(folder, `${path}.d.ts`));
  return paths.find((path) => existsSync(path));
}

function typeName(token: string): string {
  return token.slice(token.lastIndexOf(':') + 1);
}

function read(file: string): Declarations {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), {
    languageVersion: ts.ScriptTarget.Latest,
    jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  });
  const found = new Map<string, ts.InterfaceDeclaration | ts.ClassDeclaration>();
  collect(source.statements, '', found);
  return found;
}

function collect(
  statements: readonly ts.Statement[],
  prefix: string,
  into: Map<string, ts.InterfaceDeclaration | ts.ClassDeclaration>,
): void {
  for (const statement of statements) {
    if (ts.isInterfaceDeclaration(statement)) into.set(prefix + statement.name.text, statement);
    else if (ts.isClassDeclaration(statement)) into.set(prefix + (statement.name?.text ?? ''), statement);
    else if (ts.isModuleDeclaration(statement)) {
      // `namespace a.b` is a namespace inside a namespace.
      const { body } = statement;
      const inner = `${prefix}${statement.name.text}.`;
      if (body !== undefined && ts.isModuleBlock(body)) collect(body.statements, inner, into);
      else if (body !== undefined && ts.isModuleDeclaration(body)) collect([body], inner, into);
    }
  }
}

/** The types that arguments and outputs share, in files of several megabytes that are read when first asked for. */
class NestedTypes {
  readonly #folder: string;
  readonly declarations = remembered(read);

  constructor(folder: string) {
    this.#folder = folder;
  }

  members(declaration: ts.InterfaceDeclaration | ts.ClassDeclaration | undefined): Properties | undefined {
    if (declaration === undefined) return undefined;
    return this.#properties(declaration.members);
  }

  readonly #properties = remembered((members: readonly (ts.TypeElement | ts.ClassElement)[]): Properties => {
    const found = new Map<string, { readonly isRequired: boolean; readonly shape: Shape }>();
    for (const member of members) {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
      if (member.type === undefined || hasModifier(member, ts.SyntaxKind.StaticKeyword)) continue;
      const name = ts.isComputedPropertyName(member.name) ? undefined : member.name.text;
      if (name === undefined) continue;
      const isOptional = member.questionToken !== undefined || admitsUndefined(member.type);
      found.set(name, { isRequired: !isOptional, shape: this.#shape(member.type) });
    }
    return found;
  });

  #shape(node: ts.TypeNode): Shape {
    const keyword = KEYWORDS.get(node.kind);
    if (keyword !== undefined) return { kind: 'scalar', types: [keyword] };
    if (ts.isParenthesizedTypeNode(node)) return this.#shape(node.type);
    if (ts.isArrayTypeNode(node)) return { kind: 'list', element: this.#shape(node.elementType) };
    if (ts.isUnionTypeNode(node)) return this.#union(node.types.filter((type) => !isUndefined(type)));
    if (ts.isTypeLiteralNode(node)) return this.#literal(node);
    if (ts.isLiteralTypeNode(node)) return { kind: 'scalar', types: ['string', 'number', 'boolean'] };
    if (ts.isTypeReferenceNode(node)) return this.#reference(node);
    return { kind: 'any' };
  }

  #union(types: readonly ts.TypeNode[]): Shape {
    const [only] = types;
    if (only !== undefined && types.length === 1) return this.#shape(only);
    return { kind: 'either', options: types.map((type) => this.#shape(type)) };
  }

  #literal(node: ts.TypeLiteralNode): Shape {
    const [index] = node.members.filter((member) => ts.isIndexSignatureDeclaration(member));
    if (index !== undefined) return { kind: 'map', value: this.#shape(index.type) };
    return { kind: 'object', properties: () => this.#properties(node.members) };
  }

  #reference(node: ts.TypeReferenceNode): Shape {
    const name = nameOf(node.typeName);
    const [argument] = node.typeArguments ?? [];
    if (WRAPPERS.has(name)) return argument === undefined ? { kind: 'any' } : this.#shape(argument);
    const [scope, ...path] = name.split('.');
    if (scope === 'inputs') return this.#nested('input', path.join('.'));
    if (scope === 'outputs') return this.#nested('output', path.join('.'));
    if (scope === 'enums') return { kind: 'scalar', types: ['string', 'number'] };
    // Resources given where their name will do, assets, and names of strings such as ARN.
    return { kind: 'any' };
  }

  #nested(file: 'input' | 'output', name: string): Shape {
    return {
      kind: 'object',
      properties: () => {
        const members = this.members(this.declarations(join(this.#folder, 'types', `${file}.d.ts`)).get(name));
        if (members === undefined) throw new Error(`types/${file}.d.ts declares no ${name}`);
        return members;
      },
    };
  }
}

const KEYWORDS: ReadonlyMap<ts.SyntaxKind, 'string' | 'number' | 'boolean'> = new Map([
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
]);

const WRAPPERS: ReadonlySet<string> = new Set(['pulumi.Input', 'pulumi.Output', 'Promise']);

function nameOf(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${nameOf(name.left)}.${name.right.text}`;
}

function hasModifier(node: ts.PropertySignature | ts.PropertyDeclaration, kind: ts.SyntaxKind): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

function isUndefined(node: ts.TypeNode): boolean {
  return node.kind === ts.SyntaxKind.UndefinedKeyword;
}

/** Of `Output<string | undefined>` as of `string | undefined`: an optional output has no question mark. */
function admitsUndefined(node: ts.TypeNode): boolean {
  if (ts.isUnionTypeNode(node)) return node.types.some(isUndefined);
  if (!ts.isTypeReferenceNode(node) || !WRAPPERS.has(nameOf(node.typeName))) return false;
  return node.typeArguments?.some(admitsUndefined) ?? false;
}
