import { createConfigCheck } from './channel-config';

const schema = {
  type: 'object',
  required: ['account_sid', 'auth_token'],
  properties: {
    account_sid: { type: 'string' },
    auth_token: { type: 'string', secret: true },
    allowed_origins: { type: 'array', items: { type: 'string' } },
    smtp: { type: 'object', required: ['port'], properties: { port: { type: 'integer' } } },
    locale: { enum: ['zh-CN', 'en'] },
  },
};
const check = createConfigCheck();

test('accepts what fits, whatever its shape', () => {
  expect(
    check(schema, { account_sid: 'AC1', auth_token: 'x', smtp: { port: 25 }, locale: 'en' }, 'c'),
  ).toEqual([]);
});

test('tells everything that is wrong at once, without values', () => {
  const violations = check(
    schema,
    { account_sid: 1, acount: 's3cret', allowed_origins: ['a', 2], smtp: { prot: 1 }, locale: 'xx' },
    'c',
  );
  expect(violations).toEqual(
    expect.arrayContaining([
      { field: 'c.auth_token', description: 'is required' },
      { field: 'c.account_sid', description: 'must be a text' },
      { field: 'c.acount', description: 'is not a known field' },
      { field: 'c.allowed_origins[1]', description: 'must be a text' },
      { field: 'c.smtp.port', description: 'is required' },
      { field: 'c.smtp.prot', description: 'is not a known field' },
      { field: 'c.locale', description: 'must be one of zh-CN, en' },
    ]),
  );
  expect(violations).toHaveLength(7);
  expect(JSON.stringify(violations)).not.toContain('s3cret');
});

test('refuses NUL', () => {
  expect(check(schema, { account_sid: 'a\u0000', auth_token: 'x' }, 'c')).toHaveLength(1);
});
