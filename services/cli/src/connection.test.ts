import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordedTerminal } from '../testing/recorded-terminal';
import { exitCode } from './command-error';
import { findServer } from './connection';

const folder = mkdtempSync(join(tmpdir(), 'omnigate-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

function keep(where: string, credentials: object | string): void {
  mkdirSync(join(folder, where), { recursive: true });
  const text = typeof credentials === 'string' ? credentials : JSON.stringify(credentials);
  writeFileSync(join(folder, where, 'credentials.json'), text);
}

beforeAll(() => {
  keep('.omnigate', { grpc_address: '127.0.0.1:1', api_key: 'kept' });
  keep('other', { grpc_address: '127.0.0.1:2', api_key: 'other' });
  keep('keyless', { grpc_address: '127.0.0.1:3', api_key: '' });
  keep('broken', '{');
});

const find = (env: NodeJS.ProcessEnv, server?: string) =>
  findServer({ ...(server && { server }) }, recordedTerminal({ env, folder }));

test.each<[string, NodeJS.ProcessEnv, string | undefined, object]>([
  ['the folder’s', {}, undefined, { address: '127.0.0.1:1', apiKey: 'kept' }],
  [
    'the data folder’s',
    { OMNIGATE_DATA_DIR: 'other' },
    undefined,
    { address: '127.0.0.1:2', apiKey: 'other' },
  ],
  [
    'the environment’s',
    { OMNIGATE_GRPC_ADDRESS: 'h:9', OMNIGATE_API_KEY: 'k' },
    undefined,
    { address: 'h:9', apiKey: 'k' },
  ],
  [
    'the option’s before the environment’s',
    { OMNIGATE_GRPC_ADDRESS: 'h:9', OMNIGATE_API_KEY: 'k' },
    'i:8',
    { address: 'i:8', apiKey: 'k' },
  ],
  [
    'another key for the folder’s',
    { OMNIGATE_API_KEY: 'k' },
    undefined,
    { address: '127.0.0.1:1', apiKey: 'k' },
  ],
  [
    'the folder’s by its name',
    { OMNIGATE_GRPC_ADDRESS: '127.0.0.1:1' },
    undefined,
    { address: '127.0.0.1:1', apiKey: 'kept' },
  ],
])('the server is %s', (_, env, server, found) => {
  expect(find(env, server)).toEqual(found);
});

test.each<[string, NodeJS.ProcessEnv, number]>([
  ['the folder’s key is not sent to another server', { OMNIGATE_GRPC_ADDRESS: 'h:9' }, exitCode.usage],
  ['there is none', { OMNIGATE_DATA_DIR: 'nowhere' }, exitCode.unreachable],
  ['the file can not be read', { OMNIGATE_DATA_DIR: 'broken' }, exitCode.unreachable],
  ['the file has no key', { OMNIGATE_DATA_DIR: 'keyless' }, exitCode.usage],
])('%s', (_, env, code) => {
  expect(() => find(env)).toThrow(expect.objectContaining({ code }));
});
