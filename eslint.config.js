import tseslint from 'typescript-eslint';

const knownSafe = {
  from: 'package',
  name: ['test', 'describe', 'it', 'before', 'after'],
  package: 'node:test',
};

const restrict = (...patterns) => ({
  '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
});
const fromAbove = {
  group: ['**/bench/**', '**/commands/**', '**/stages/**', '**/test/**'],
  message: 'lib imports nothing that stands above it',
};
/** Files in lib/runner itself are its doors; what lies in its folders is its own. */
const behindDoors = {
  group: ['**/runner/*/**'],
  message: 'come in by lib/runner/runner.ts; stages by stage.ts and schema.ts',
};
/** Files in lib/engines itself are its doors, too. */
const insideEngines = {
  group: ['**/engines/*/**'],
  message: 'come in by a file of lib/engines itself: engine.ts, registry.ts, fastest.ts, readable.ts',
};
const insideCharts = { group: ['**/charts/parts/*'], message: 'lib/charts/parts is for lib/charts alone' };
const insideFiles = {
  group: ['**/files/arrow/*', '**/files/torch/*'],
  message: 'come in by lib/files/arrow.ts and torch.ts',
};
const besideFiles = (start) => ({
  regex: `^${start}(?!files/)`,
  message: 'of lib, lib/runner imports lib/files alone',
});
const filesOfStages = {
  group: ['**/files/arrow*.ts', '**/files/safetensors.ts', '**/network/model-file.ts'],
  allowTypeImports: true,
  message: 'lib/artifacts opens what stages leave',
};
const ofArtifacts = {
  group: ['**/artifacts/*'],
  allowTypeImports: true,
  message: 'the page runs in the browser and imports types of it alone',
};
const ofNode = { group: ['node:*'], message: 'the page runs this in the browser' };
/** Sections that measure what is behind the doors. */
const measuring = ['bench/sections/cache.ts', 'bench/sections/known.ts'];
/** Commands that build an engine or bind it to a library. */
const building = ['commands/build-wasm.ts', 'commands/tensorflow-*.ts'];

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
    files: ['commands/**/*.ts'],
    ignores: building,
    rules: restrict(behindDoors, insideCharts, insideFiles, insideEngines),
  },
  {
    files: ['stages/**/*.ts'],
    rules: restrict(behindDoors, insideCharts, insideFiles, insideEngines, filesOfStages),
  },
  { files: building, rules: restrict(behindDoors, insideCharts, insideFiles) },
  { files: ['bench/**/*.ts'], ignores: measuring, rules: restrict(behindDoors, insideCharts, insideFiles) },
  {
    files: ['lib/**/*.ts'],
    rules: restrict(fromAbove, behindDoors, insideCharts, insideFiles, insideEngines),
  },
  {
    files: ['lib/report/*.ts'],
    rules: restrict(fromAbove, behindDoors, insideCharts, insideFiles, insideEngines, filesOfStages),
  },
  {
    files: ['lib/report/page/**/*.ts'],
    rules: restrict(fromAbove, behindDoors, insideCharts, insideFiles, insideEngines, ofArtifacts, ofNode),
  },
  {
    files: ['lib/network/*.ts', 'lib/numerics/*.ts'],
    ignores: ['lib/network/model-file.ts'],
    rules: restrict(fromAbove, behindDoors, insideCharts, insideFiles, ofNode),
  },
  { files: ['lib/engines/**/*.ts'], rules: restrict(fromAbove, behindDoors, insideCharts, insideFiles) },
  { files: ['lib/engines/engine.ts'], rules: restrict(fromAbove, insideEngines, ofNode) },
  { files: ['lib/runner/*.ts'], rules: restrict(fromAbove, besideFiles('\\.\\./')) },
  { files: ['lib/runner/*/**/*.ts'], rules: restrict(fromAbove, besideFiles('\\.\\./\\.\\./')) },
);
