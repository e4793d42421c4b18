import eslint from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';
import { layers } from './layers.js';

const noAmbientTimeOrChance = [
  { object: 'Date', property: 'now', message: 'Take the time from a Clock (util/time.ts).' },
  { object: 'performance', property: 'now', message: 'Take the time from a Clock (util/time.ts).' },
  { object: 'process', property: 'hrtime', message: 'Take the time from a Clock (util/time.ts).' },
  { object: 'AbortSignal', property: 'timeout', message: 'Use a Clock (util/time.ts).' },
  { object: 'Math', property: 'random', message: 'Take chance from a Random (util/random.ts).' },
  { object: 'crypto', property: 'randomUUID', message: 'Take chance from a Random (util/random.ts).' },
  { object: 'crypto', property: 'getRandomValues', message: 'Take chance from a Random (util/random.ts).' },
];

/** Modules that give time or chance, which the simulation could not decide. */
const noTimeOrChanceModules = {
  paths: [
    ...['timers', 'timers/promises', 'perf_hooks'].flatMap((name) =>
      [name, `node:${name}`].map((path) => ({ name: path, message: 'Use a Clock (util/time.ts).' })),
    ),
    ...['crypto', 'node:crypto'].map((name) => ({
      name,
      importNames: [
        'randomUUID',
        'randomBytes',
        'randomInt',
        'randomFill',
        'randomFillSync',
        'webcrypto',
        'getRandomValues',
      ],
      message: 'Take chance from a Random (util/random.ts).',
    })),
  ],
};

/** What browsers run has a project of its own, with the DOM. */
const PROJECTS = ['./tsconfig.json', './src/console/page/tsconfig.json'];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'src/**/gen/', 'topologies/**/gen/', 'bench/java-streams/'] },
  eslint.configs.recommended,
  { files: ['**/*.js'], languageOptions: { globals: { console: 'readonly', process: 'readonly' } } },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts', '**/*.tsx'] })),
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries, 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: PROJECTS, noWarnOnMultipleProjects: true })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/extensions': ['.ts', '.tsx', '.js'],
      'import/resolver': { typescript: { project: PROJECTS, noWarnOnMultipleProjects: true } },
      'boundaries/include': ['src/**/*.ts', 'src/**/*.tsx', 'topologies/**/*.ts'],
      'boundaries/elements': layers.map(({ name, pattern }) => ({ type: name, pattern, partialMatch: false })),
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      'import-x/no-cycle': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: layers.map(({ name, imports }) => ({
            from: { element: { type: name } },
            allow: { to: { element: { types: { anyOf: [name, ...imports] } } } },
          })),
        },
      ],
      'boundaries/no-unknown-files': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/util/**', 'src/console/page/live/clock.ts'],
    rules: {
      'no-restricted-properties': ['error', ...noAmbientTimeOrChance],
      'no-restricted-imports': ['error', noTimeOrChanceModules],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
          name,
          message: 'Use a Clock (util/time.ts).',
        })),
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ThrowStatement > NewExpression[callee.name=/^(Error|TypeError|RangeError)$/]',
          message: 'Throw a MillraceError (util/errors.ts): code, kind, message, hint.',
        },
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: 'Take the time from a Clock (util/time.ts).',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'topologies/**/*.test.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // What does not compile there has no type to be unsafe of.
    files: ['test/types/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-return': 'off', '@typescript-eslint/no-unsafe-call': 'off' },
  },
);
