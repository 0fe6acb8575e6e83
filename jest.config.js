// Native ESM; run through Node 24 with --experimental-vm-modules (cli/commands/test.ts does).
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default {
  // Only ends what hangs: on two busy cores a command alone takes seconds. (Jest takes no such setting from a project.)
  testTimeout: 60_000,
  testSequencer: '<rootDir>/test/support/slowest-first.js',
  projects: [
    // Pure code.
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/sim/'],
    },
    // Pure code that runs for minutes: whole controllers by seeds, in virtual time.
    {
      ...shared,
      displayName: 'simulation',
      testMatch: ['<rootDir>/test/sim/**/*.test.ts'],
      setupFilesAfterEnv: ['<rootDir>/test/sim/patience.js'],
    },
    // Real Kafka, real API server: each file starts and stops what it needs.
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
    },
    // One whole region for all of them, which is taken down at the end.
    {
      ...shared,
      displayName: 'region',
      testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'],
      globalSetup: '<rootDir>/test/e2e/set-up.js',
      globalTeardown: '<rootDir>/test/e2e/tear-down.js',
    },
  ],
};
