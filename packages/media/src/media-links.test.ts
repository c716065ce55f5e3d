import { randomUUID } from 'node:crypto';
import { createMediaLinks, mediaLinkKey } from './media-links';

const publicUrl = 'https://gateway.example';
const [tenantId, mediaId] = [randomUUID(), randomUUID()];
const clock = { nowMs: Date.UTC(2026, 0, 1) };
const links = createMediaLinks({ key: mediaLinkKey('secret'), publicUrl, now: () => clock.nowMs });
const url = links.link(tenantId, mediaId, new Date(clock.nowMs + 60_000));
const path = url.slice(publicUrl.length);

beforeEach(() => {
  clock.nowMs = Date.UTC(2026, 0, 1);
});

test('opens the file that it was made for, until it expires', () => {
  expect(url.startsWith(`${publicUrl}/media/`)).toBe(true);
  expect(links.verify(path)).toEqual({ tenantId, mediaId });
  clock.nowMs += 59_999;
  expect(links.verify(path)).toEqual({ tenantId, mediaId });
  clock.nowMs += 1;
  expect(links.verify(path)).toBeUndefined();
});

test('is the same for all processes of an installation, and for no other installation', () => {
  const same = createMediaLinks({ key: mediaLinkKey('secret'), publicUrl, now: () => clock.nowMs });
  const other = createMediaLinks({ key: mediaLinkKey('other'), publicUrl, now: () => clock.nowMs });
  expect(same.verify(path)).toEqual({ tenantId, mediaId });
  expect(other.verify(path)).toBeUndefined();
});

test.each([
  ['another file', path.replace(mediaId, randomUUID())],
  ['another tenant', path.replace(tenantId, randomUUID())],
  ['a later end', path.replace(/expires=(\d+)/, (_, end) => `expires=${Number(end) + 1}`)],
  ['another signature', path.replace(/signature=.{4}/, 'signature=AAAA')],
  ['no signature', path.replace(/&signature=.*/, '')],
  ['more behind it', `${path}x`],
  ['another query before it', path.replace('?', '?a=b&')],
  ['an end that is no number', path.replace(/expires=\d+/, 'expires=NaN')],
  ['nothing', ''],
])('%s is refused', (_name, changed) => {
  expect(links.verify(changed)).toBeUndefined();
});
