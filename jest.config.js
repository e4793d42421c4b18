/** Unit, contract (embedded broker), conformance and type tests: no server and no Java needed. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test', '<rootDir>/topologies'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/integration/', '<rootDir>/test/crash/'],
  // No test waits for time; this is for machines that are busy with other work.
  testTimeout: 30_000,
  // With --coverage: where a branch that nothing tests changes what a program means.
  collectCoverageFrom: ['src/{dsl,processor,state}/**'],
  coverageReporters: ['text-summary', 'json'],
  coverageThreshold: Object.fromEntries(
    ['dsl', 'processor', 'state'].map((folder) => [`./src/${folder}/`, { branches: 95 }]),
  ),
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^millrace$': '<rootDir>/src/index.ts',
    '^millrace/testing$': '<rootDir>/src/testing/index.ts',
  },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' }],
  },
};
