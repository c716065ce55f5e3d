import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isMediaId } from './media-id';

/** Whose file a link opens. */
export interface MediaRef {
  tenantId: string;
  mediaId: string;
}

/** Links that open a file for whoever has them, until they expire. */
export interface MediaLinks {
  /** @returns an absolute URL below `OMNIGATE_PUBLIC_URL` */
  link(tenantId: string, mediaId: string, expiresAt: Date): string;
  /**
   * @param path path and query of a request, as it came
   * @returns undefined where the link is forged, changed or expired
   */
  verify(path: string): MediaRef | undefined;
}

/**
 * Makes the key of links from a secret that the installation's services share.
 * @param secret such as `OMNIGATE_SERVICE_KEY`
 */
export function mediaLinkKey(secret: string | Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'omnigate media links', 32));
}

/**
 * Makes and checks links.
 * @param o.publicUrl `OMNIGATE_PUBLIC_URL`, without a slash at the end
 * @param o.now Unix time in ms; for tests
 */
export function createMediaLinks(o: { key: Buffer; publicUrl: string; now?: () => number }): MediaLinks {
  const now = o.now ?? Date.now;
  const signed = (path: string, expires: string) =>
    createHmac('sha256', o.key).update(`${path}?expires=${expires}`).digest();

  return {
    link(tenantId, mediaId, expiresAt) {
      const path = `/media/${tenantId}/${mediaId}`.toLowerCase();
      const expires = String(Math.ceil(expiresAt.getTime() / 1_000));
      return `${o.publicUrl}${path}?expires=${expires}&signature=${signed(path, expires).toString('base64url')}`;
    },
    verify(path) {
      const [, tenantId = '', mediaId = '', expires = '', signature = ''] = form.exec(path) ?? [];
      if (!isMediaId(tenantId) || !isMediaId(mediaId)) return undefined;
      const expected = signed(`/media/${tenantId}/${mediaId}`, expires);
      const given = Buffer.from(signature, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return Number(expires) * 1_000 > now() ? { tenantId, mediaId } : undefined;
    },
  };
}

const form = /^\/media\/([0-9a-f-]{36})\/([0-9a-f-]{36})\?expires=(\d{1,12})&signature=([\w-]{43})$/;
