import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { AppError } from '@omnigate/errors';

/** NIST SP 800-38D §5.2.1.1: 96 bits, random for each encryption. */
const nonceBytes = 12;
const tagBytes = 16;
const version = 'v1';

/** Where a secret belongs; an envelope that is moved elsewhere does not open. */
export interface SecretPlace {
  tenantId: string;
  /** The resource's id. */
  resourceId: string;
  /** Path of the secret in its resource, such as `auth_token`. */
  field: string;
}

/** Seals and opens secrets with one key. */
export interface SecretBox {
  /** First 8 hexadecimal digits of the key's SHA-256. */
  keyId: string;
  /** Returns `v1.<key id>.<base64url of nonce, ciphertext and tag>`. */
  seal(secret: string, place: SecretPlace): string;
  /** Throws ENCRYPTION_KEY_MISMATCH where the key or the place is another, or a bit has changed. */
  open(envelope: string, place: SecretPlace): string;
}

const additionalData = (place: SecretPlace, keyId: string): Buffer =>
  Buffer.from([place.tenantId, place.resourceId, place.field, keyId].join('|'));

/**
 * AES-256-GCM with a random nonce; tenant, resource, field and key id are authenticated with it.
 *
 * @param key 32 bytes
 * @returns the box
 * @throws AppError CONFIG_INVALID when the key has another length
 */
export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== 32)
    throw new AppError('CONFIG_INVALID', { reason: 'OMNIGATE_ENCRYPTION_KEY must be 32 bytes' });
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return {
    keyId,
    seal(secret, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additionalData(place, keyId));
      const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return `${version}.${keyId}.${sealed.toString('base64url')}`;
    },
    open(envelope, place) {
      const [envelopeVersion, envelopeKeyId, body] = envelope.split('.');
      const mismatch = (cause?: unknown) =>
        new AppError(
          'ENCRYPTION_KEY_MISMATCH',
          { key_id: keyId, stored_key_id: envelopeKeyId ?? '' },
          { cause },
        );
      if (envelopeVersion !== version || envelopeKeyId !== keyId) throw mismatch();
      const sealed = Buffer.from(body ?? '', 'base64url');
      if (sealed.length < nonceBytes + tagBytes) throw mismatch();
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
        .setAAD(additionalData(place, keyId))
        .setAuthTag(sealed.subarray(-tagBytes));
      try {
        const secret = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
        return Buffer.concat([secret, decipher.final()]).toString('utf8');
      } catch (error) {
        throw mismatch(error);
      }
    },
  };
}
