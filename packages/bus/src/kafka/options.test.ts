import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@omnigate/runtime';
import { z } from 'zod';
import { kafkaConfigShape, kafkaOptionsFrom } from './options';

const options = (env: NodeJS.ProcessEnv) => kafkaOptionsFrom(loadConfig(z.object(kafkaConfigShape), env));

describe('kafkaOptionsFrom', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'omnigate-options-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is nothing without brokers', () => {
    expect(options({})).toBeUndefined();
    expect(options({ KAFKA_BROKERS: '', KAFKA_TLS: '1' })).toBeUndefined();
  });

  test('reads brokers, TLS and SASL', () => {
    expect(options({ KAFKA_BROKERS: 'kafka-1:9092, 10.0.0.1:9093' })).toEqual({
      brokers: ['kafka-1:9092', '10.0.0.1:9093'],
    });
    const authority = join(folder, 'ca.pem');
    writeFileSync(authority, 'PEM');
    const env = {
      KAFKA_BROKERS: 'kafka:9093',
      KAFKA_TLS: '1',
      KAFKA_TLS_CA: authority,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'omnigate',
      KAFKA_SASL_PASSWORD: 'secret',
    };
    expect(options(env)).toEqual({
      brokers: ['kafka:9093'],
      tls: { ca: 'PEM' },
      sasl: { mechanism: 'scram-sha-512', username: 'omnigate', password: 'secret' },
    });
    expect(options({ KAFKA_BROKERS: 'kafka:9093', KAFKA_TLS: '1' })).toEqual({
      brokers: ['kafka:9093'],
      tls: {},
    });
  });

  test.each([
    ['KAFKA_BROKERS', { KAFKA_BROKERS: 'kafka' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: ',' }],
    ['KAFKA_BROKERS', { KAFKA_BROKERS: '[::1]:9093' }],
    ['KAFKA_TLS', { KAFKA_BROKERS: 'kafka:1', KAFKA_TLS: 'yes' }],
    ['KAFKA_TLS_CA', { KAFKA_BROKERS: 'kafka:1', KAFKA_TLS: '1', KAFKA_TLS_CA: '/nowhere' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_BROKERS: 'kafka:1', KAFKA_SASL_MECHANISM: 'none' }],
    ['KAFKA_SASL_USERNAME', { KAFKA_BROKERS: 'kafka:1', KAFKA_SASL_MECHANISM: 'plain' }],
    [
      'KAFKA_SASL_PASSWORD',
      { KAFKA_BROKERS: 'kafka:1', KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u' },
    ],
  ])('says that %s is wrong', (field, env) => {
    expect(() => options(env)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', fields: [expect.objectContaining({ field })] }),
    );
  });
});
