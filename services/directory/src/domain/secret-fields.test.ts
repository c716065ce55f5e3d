import { secretPaths, splitConfig, withSecrets } from './secret-fields';

const schema = {
  properties: {
    address: { type: 'string' },
    token: { type: 'string', secret: true },
    smtp: { type: 'object', properties: { host: {}, password: { type: 'string', secret: true } } },
  },
};

test('finds secrets at every depth', () => {
  expect(secretPaths(schema)).toEqual(['token', 'smtp.password']);
});

test('takes secrets out and puts them back', () => {
  const config = { address: 'a', token: 't', smtp: { host: 'h', password: 'p' } };
  const split = splitConfig(config, secretPaths(schema), new Map(), 'c');
  expect(split.open).toEqual({ address: 'a', smtp: { host: 'h' } });
  expect([...split.secrets]).toEqual([
    ['token', 't'],
    ['smtp.password', 'p'],
  ]);
  expect(withSecrets(split.open, split.secrets)).toEqual(config);
});

test('keeps what is masked or absent, gives up what is null, refuses a mask without anything behind it', () => {
  const kept = new Map([
    ['token', 'old'],
    ['smtp.password', 'older'],
  ]);
  const split = splitConfig({ token: '***', smtp: { host: 'h' } }, secretPaths(schema), kept, 'c');
  expect(split.complete).toEqual({ token: 'old', smtp: { host: 'h', password: 'older' } });
  expect(splitConfig({ token: null }, ['token'], kept, 'c').complete).toEqual({});
  expect(splitConfig({ token: '***' }, ['token'], new Map(), 'c').violations).toEqual([
    { field: 'c.token', description: 'is *** but there is no stored secret to keep' },
  ]);
});

test('drops a stored secret with the mapping that held it', () => {
  const split = splitConfig({}, secretPaths(schema), new Map([['smtp.password', 'p']]), 'c');
  expect(split.complete).toEqual({});
  expect(split.secrets.size).toBe(0);
});
