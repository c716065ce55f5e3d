import { randomBytes } from 'node:crypto';
import { createSecretBox } from './secret-envelope';

const place = { tenantId: 't', resourceId: 'c', field: 'auth_token' };
const mismatch = expect.objectContaining({ code: 'ENCRYPTION_KEY_MISMATCH' });
const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('opens what it sealed, never twice the same', () => {
  const box = createSecretBox(randomBytes(32));
  const envelope = box.seal('s3cret-密', place);
  expect(box.open(envelope, place)).toBe('s3cret-密');
  expect(box.seal('s3cret-密', place)).not.toBe(envelope);
  expect(envelope).not.toContain('s3cret');
  expect(envelope).toContain(box.keyId);
});

test('does not open with another key, in another place or with a changed bit', () => {
  const box = createSecretBox(randomBytes(32));
  const envelope = box.seal('s3cret', place);
  expect(thrown(() => createSecretBox(randomBytes(32)).open(envelope, place))).toEqual(mismatch);
  expect(thrown(() => box.open(envelope, { ...place, field: 'other' }))).toEqual(mismatch);
  expect(thrown(() => box.open(envelope, { ...place, resourceId: 'd' }))).toEqual(mismatch);
  expect(thrown(() => box.open(envelope, { ...place, tenantId: 'u' }))).toEqual(mismatch);
  const [version, keyId, body] = envelope.split('.');
  const bytes = Buffer.from(body ?? '', 'base64url');
  bytes[14] = (bytes[14] ?? 0) ^ 1;
  expect(thrown(() => box.open(`${version}.${keyId}.${bytes.toString('base64url')}`, place))).toEqual(
    mismatch,
  );
  expect(thrown(() => box.open(`${version}.${keyId}.AAAA`, place))).toEqual(mismatch);
});

test('refuses a key of another length', () => {
  expect(thrown(() => createSecretBox(randomBytes(16)))).toEqual(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});
