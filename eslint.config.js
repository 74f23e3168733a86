import tseslint from 'typescript-eslint';

const knownSafe = {
  from: 'package',
  name: ['test', 'describe', 'it', 'before', 'after'],
  package: 'node:test',
};

const fromAbove = {
  group: ['**/bench/**', '**/commands/**', '**/stages/**', '**/test/**'],
  message: 'lib imports nothing that stands above it',
};

/** Sub-folders that belong to their room alone: what others may use stands in the room's own folder. */
const PRIVATE = ['**/charts/parts/*'];

export default tseslint.config(
  { ignores: ['node_modules', 'artifacts', '.cache', 'eslint.config.js'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [knownSafe] }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'no barrel files' }],
    },
  },
  {
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program > ExpressionStatement > CallExpression[callee.name=/^(before|after)Each$/]',
          message: 'test files share a process: put this into a describe',
        },
      ],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [fromAbove] }],
    },
  },
  {
    files: ['bench/**', 'commands/**', 'lib/**', 'stages/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: PRIVATE, message: "import from the room's own folder" }] },
      ],
    },
  },
);
