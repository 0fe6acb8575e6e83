import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import ts from 'typescript-eslint';

/** What each layer may import (docs/adr/0001-layout-and-import-dag.md): everything not named here is refused. */
const layers = {
  contracts: [],
  constructs: ['contracts'],
  policies: ['contracts', 'constructs'],
  images: ['contracts'],
  operators: ['contracts', 'constructs'],
  stacks: ['contracts', 'constructs', 'images', 'policies'],
  local: ['contracts', 'constructs', 'images', 'operators', 'stacks'],
  cli: ['contracts', 'constructs', 'images', 'operators', 'stacks', 'policies', 'local'],
};
const allLayers = Object.keys(layers);
const importZones = Object.entries(layers).flatMap(([layer, mayImport]) =>
  [...allLayers, 'test']
    .filter((other) => other !== layer && !mayImport.includes(other))
    .map((other) => ({
      target: `./${layer}`,
      from: `./${other}`,
      message: `${layer} may import only ${mayImport.join(', ') || 'itself'} (see docs/adr/0001).`,
    })),
);

export default ts.config(
  { ignores: ['dist/', 'coverage/', 'docs/api/', 'contracts/gen/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...ts.configs.strictTypeChecked, ...ts.configs.stylisticTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: importZones }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-self-import': 'error',
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Constructs are made for their place in the tree: `new Thing(this, 'id')` is the idiom of cdk8s and Pulumi.
      'no-new': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a string union.' },
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['cli/**', 'test/**', 'stacks/manifests.ts', 'local/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only the command line reads the environment.' },
      ],
      'no-console': 'error',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
