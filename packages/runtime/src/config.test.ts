import { isAppError } from '@omnigate/errors';
import { z } from 'zod';
import { describeConfig, loadConfig } from './config';

const schema = z.object({
  PORT: z.coerce.number().int().min(1).default(8080).describe('TCP port'),
  KEY: z.string().min(16).describe('A secret'),
  LEVEL: z.enum(['info', 'debug']).optional().describe('How much to log'),
});
const key = 'k'.repeat(16);

describe('loadConfig', () => {
  it('reads, converts and completes', () => {
    expect(loadConfig(schema, { KEY: key, PORT: '81', OTHER: 'x' })).toEqual({ KEY: key, PORT: 81 });
    expect(loadConfig(schema, { KEY: key })).toEqual({ KEY: key, PORT: 8080 });
  });

  it('takes an empty variable for none', () => {
    expect(loadConfig(schema, { KEY: key, PORT: '', LEVEL: '' })).toEqual({ KEY: key, PORT: 8080 });
  });

  it('names every bad key, never its value', () => {
    let failure: unknown;
    try {
      loadConfig(schema, { KEY: 'hunter2', PORT: 'hunter2', LEVEL: 'hunter2' });
    } catch (error) {
      failure = error;
    }
    if (!isAppError(failure, 'CONFIG_INVALID')) throw new Error('not refused');
    expect(failure.fields.map(({ field }) => field).toSorted()).toEqual(['KEY', 'LEVEL', 'PORT']);
    expect(`${failure.message}${JSON.stringify(failure)}`).not.toContain('hunter2');
  });
});

describe('describeConfig', () => {
  it('lists every key with what it is, and its default', () => {
    expect(describeConfig(schema).split('\n')).toEqual([
      'PORT   TCP port (default: 8080)',
      'KEY    A secret (required)',
      'LEVEL  How much to log',
    ]);
  });
});
