import base from './jest.config.js';

/** Suites on real servers (Kafka started from Maven's jars, or the one in KAFKA_BROKERS) and killed processes. */
export default {
  ...base,
  testMatch: ['<rootDir>/test/integration/**/*.test.ts', '<rootDir>/test/crash/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  // A driver whose server a suite has ended looks for it for a while.
  forceExit: true,
  globalSetup: '<rootDir>/test/support/kafka/global-setup.js',
  globalTeardown: '<rootDir>/test/support/kafka/global-teardown.js',
};
