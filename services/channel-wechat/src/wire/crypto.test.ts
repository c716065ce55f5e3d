import { createCipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
// The oracle: an SDK of others.
import { decrypt, encrypt, getSignature } from '@wecom/crypto';
import { type AesKey, aesKeyOf, decryptMessage, encryptMessage } from './crypto';
import { signatureOf } from './signature';

interface Vectors {
  signatures: {
    id: string;
    name: string;
    token: string;
    timestamp: string;
    nonce: string;
    encrypted?: string;
    expected: string;
  }[];
  decryptions: {
    id: string;
    key: string;
    appId: string;
    encrypted: string;
    message?: string;
    contains?: string;
  }[];
  encryptions: {
    id: string;
    key: string;
    appId: string;
    random: string;
    message: string;
    encrypted?: string;
    beginsWith?: string;
    signature?: { token: string; timestamp: string; nonce: string; expected: string };
  }[];
}

const vectors = JSON.parse(readFileSync(join(__dirname, 'testdata', 'vectors.json'), 'utf8')) as Vectors;
const encodingKey = 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR';
const key = aesKeyOf(encodingKey) as AesKey;
const appId = 'wx49f0ab532d5d035a';

describe('public vectors', () => {
  test.each(vectors.signatures)('$id: $name', ({ token, timestamp, nonce, encrypted, expected }) => {
    expect(signatureOf(token, timestamp, nonce, encrypted)).toBe(expected);
  });

  test.each(vectors.decryptions)(
    '$id is decrypted',
    ({ key: text, appId: id, encrypted, message, contains }) => {
      const plain = decryptMessage(aesKeyOf(text) as AesKey, encrypted, id);
      expect(plain).toContain(contains ?? message);
      if (message !== undefined) expect(plain).toBe(message);
    },
  );

  test.each(vectors.encryptions)('$id is encrypted', (vector) => {
    const encrypted = encryptMessage(
      aesKeyOf(vector.key) as AesKey,
      vector.message,
      vector.appId,
      Buffer.from(vector.random),
    );
    if (vector.encrypted) expect(encrypted).toBe(vector.encrypted);
    if (vector.beginsWith) expect(encrypted.slice(0, vector.beginsWith.length)).toBe(vector.beginsWith);
    const { token = '', timestamp = '', nonce = '', expected } = vector.signature ?? {};
    if (expected) expect(signatureOf(token, timestamp, nonce, encrypted)).toBe(expected);
  });
});

describe('another SDK', () => {
  // Every length of the last block, so every padding.
  test.each(Array.from({ length: 40 }, (_, n) => [n]))(
    'understands what is encrypted, and is understood: %i',
    (n) => {
      const message = `${'好'.repeat(n)}<xml/>`;
      expect(decrypt(encodingKey, encryptMessage(key, message, appId))).toMatchObject({ message, id: appId });
      expect(decryptMessage(key, encrypt(encodingKey, message, appId), appId)).toBe(message);
    },
  );

  test('signs alike', () => {
    const encrypted = encryptMessage(key, 'x', appId);
    for (const [token, timestamp, nonce] of [
      ['a', '1', '2'],
      ['Zz', '1714036504', '0'],
      ['', '', ''],
    ] as const)
      expect(signatureOf(token, timestamp, nonce, encrypted)).toBe(
        getSignature(token, timestamp, nonce, encrypted),
      );
  });
});

/** Encrypts what no WeChat would. */
function encryptRaw(plain: Buffer): string {
  const cipher = createCipheriv('aes-256-cbc', key.key, key.iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
}

function plainOf(o: { padding?: number[]; length?: number; id?: string } = {}): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(o.length ?? 4);
  const content = Buffer.concat([randomBytes(16), length, Buffer.from('text'), Buffer.from(o.id ?? appId)]);
  const rest = 32 - (content.length % 32);
  return Buffer.concat([content, Buffer.from(o.padding ?? Array.from({ length: rest }, () => rest))]);
}

test.each([
  ['a foreign app id', encryptRaw(plainOf({ id: 'wx49f0ab532d5d035b' }))],
  ['a longer app id', encryptRaw(plainOf({ id: `${appId}x`, padding: Array(21).fill(21) }))],
  ['a length beyond the end', encryptRaw(plainOf({ length: 0xffffffff }))],
  ['a length of more than there is', encryptRaw(plainOf({ length: 23 }))],
  ['a padding of 0', encryptRaw(plainOf({ padding: Array(22).fill(0) }))],
  ['a padding of 33', encryptRaw(plainOf({ padding: Array(22).fill(33) }))],
  ['a padding that is not one number', encryptRaw(plainOf({ padding: [1, ...Array(21).fill(22)] }))],
  ['a padding of more than there is', encryptRaw(Buffer.alloc(16, 32))],
  ['nothing but padding', encryptRaw(Buffer.alloc(32, 32))],
  ['no block', Buffer.alloc(17).toString('base64')],
  ['nothing', ''],
  ['no Base64', '!!!!'],
  ['another key', encryptMessage(aesKeyOf('A'.repeat(43)) as AesKey, 'text', appId)],
])('%s is refused', (_name, encrypted) => {
  expect(decryptMessage(key, encrypted, appId)).toBeUndefined();
});

test('the test’s own encryption is taken where nothing is wrong with it', () => {
  expect(decryptMessage(key, encryptRaw(plainOf()), appId)).toBe('text');
});

test.each(['', 'short', `${'A'.repeat(42)}!`, 'A'.repeat(44)])('%j is no key', (text) => {
  expect(aesKeyOf(text)).toBeUndefined();
});
