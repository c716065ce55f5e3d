import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

// AES-256-CBC, iv = first half of the key. Plaintext: 16 random bytes, message length (u32 BE), message, app id; padded by
// PKCS#7 to blocks of 32 bytes, twice AES's own, so Node's padding is off.
const blockBytes = 32;
const randomLength = 16;
const headerLength = randomLength + 4;
const keyBytes = 32;

/** A channel's key, made once: from bytes, OpenSSL's key is made anew for each push, which costs more than decrypting it. */
export interface AesKey {
  key: KeyObject;
  iv: Buffer;
}

const keys = new Map<string, AesKey>();
const keysKept = 1_000;

/**
 * The AES key of an EncodingAESKey.
 * @param encodingAesKey 43 characters, as the provider's console shows it
 * @returns undefined where it is none
 */
export function aesKeyOf(encodingAesKey: string): AesKey | undefined {
  const known = keys.get(encodingAesKey);
  if (known) return known;
  if (!/^[A-Za-z0-9+/]{43}$/.test(encodingAesKey)) return undefined;
  const bytes = Buffer.from(`${encodingAesKey}=`, 'base64');
  if (bytes.length !== keyBytes) return undefined;
  if (keys.size >= keysKept) keys.clear();
  const made = { key: createSecretKey(bytes), iv: bytes.subarray(0, 16) };
  keys.set(encodingAesKey, made);
  return made;
}

/**
 * Decrypts a push.
 * @param encrypted Base64
 * @param appId that the plaintext must end with
 * @returns undefined for what was not encrypted by this key for this app: wrong padding, length or app id
 */
export function decryptMessage(key: AesKey, encrypted: string, appId: string): string | undefined {
  const plain = decipher(key, encrypted);
  const content = plain && withoutPadding(plain);
  if (!content || content.length < headerLength) return undefined;
  const end = headerLength + content.readUInt32BE(randomLength);
  if (end > content.length) return undefined;
  if (content.toString('utf8', end) !== appId) return undefined;
  return content.toString('utf8', headerLength, end);
}

function decipher({ key, iv }: AesKey, encrypted: string): Buffer | undefined {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined;
  const cipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  // Without padding the last call gives nothing; it only checks that no block is broken.
  const plain = cipher.update(bytes);
  cipher.final();
  return plain;
}

function withoutPadding(plain: Buffer): Buffer | undefined {
  const padding = plain.at(-1) ?? 0;
  if (padding < 1 || padding > blockBytes || padding > plain.length) return undefined;
  for (let at = plain.length - padding; at < plain.length; at += 1) {
    if (plain[at] !== padding) return undefined;
  }
  return plain.subarray(0, plain.length - padding);
}

/**
 * Encrypts a reply.
 * @param random 16 bytes; for tests
 * @returns Base64
 */
export function encryptMessage(
  { key, iv }: AesKey,
  message: string,
  appId: string,
  random: Buffer = randomBytes(randomLength),
): string {
  const text = Buffer.from(message);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const content = Buffer.concat([random, length, text, Buffer.from(appId)]);
  const padding = blockBytes - (content.length % blockBytes);
  const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(content), cipher.update(Buffer.alloc(padding, padding))]).toString(
    'base64',
  );
}
