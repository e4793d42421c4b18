import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/app/config.js';

describe('the configuration', () => {
  it('has a default for everything but who and where', () => {
    expect(loadConfig({})).toMatchObject({
      brokers: undefined,
      stateDir: './.millrace',
      grpcPort: 50_051,
      httpPort: 8_080,
      host: '127.0.0.1',
      processingGuarantee: 'exactly_once',
      commitIntervalMs: 100,
      cacheMaxBytes: 10_485_760,
      sessionTimeoutMs: 10_000,
      transactionTimeoutMs: 10_000,
      logLevel: 'info',
    });
  });

  it('takes flags over the environment, and an empty variable for none', () => {
    const config = loadConfig({ GRPC_PORT: '1', HTTP_PORT: '', HOST: '0.0.0.0' }, { grpcPort: '2' });
    expect(config).toMatchObject({ grpcPort: 2, httpPort: 8_080, host: '0.0.0.0' });
  });

  it('splits a list of brokers', () => {
    expect(loadConfig({ KAFKA_BROKERS: 'a:1, b:2' }).brokers).toEqual(['a:1', 'b:2']);
  });

  it.each([
    ['GRPC_PORT', 'abc', 'GRPC_PORT (--grpc-port) is "abc": expected an integer from 0 to 65535'],
    ['HTTP_PORT', '65536', 'HTTP_PORT (--http-port) is "65536": expected an integer from 0 to 65535'],
    ['COMMIT_INTERVAL_MS', '-1', 'expected an integer not below 0'],
    ['PROCESSING_GUARANTEE', 'twice', '"exactly_once"|"at_least_once"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL (--log-level) is "loud"'],
    ['KAFKA_SASL_MECHANISM', 'none', 'KAFKA_SASL_MECHANISM is "none"'],
  ])('names %s when it is %s', (variable, value, message) => {
    expect(() => loadConfig({ [variable]: value })).toThrow(message);
  });

  it('names every wrong variable at once', () => {
    expect(() => loadConfig({ GRPC_PORT: 'x', HTTP_PORT: 'y' })).toThrow(/GRPC_PORT.*; HTTP_PORT/);
  });
});
