import { type Content, ConversationChanged, Media, MediaFetch, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';

let bed: Bed;
let publish: jest.SpyInstance<void, Parameters<Bed['bus']['publish']>>;
beforeAll(async () => {
  bed = await openBed();
  publish = jest.spyOn(bed.bus, 'publish');
});
afterAll(() => bed.close());

const there = (n: number) =>
  Media.fromPartial({ providerUrl: `https://provider.example/${n}`, fileName: 'a.png' });
const image = (value: Media): Content => ({ kind: { $case: 'image', value } });

/** What was published of a tenant. */
function published<T>({ tenantId }: TestTenant, topic: string, decode: (value: Uint8Array) => T): T[] {
  const records = publish.mock.calls.flatMap(([, published]) => published);
  return records
    .filter((record) => record.tenantId === tenantId && record.topic === topic)
    .map(({ value }) => decode(value));
}
const asked = (tenant: TestTenant) =>
  published(tenant, topics.mediaFetch('channel-webhooks'), (value) => MediaFetch.decode(value));
const changesOf = (tenant: TestTenant) => {
  const all = published(tenant, topics.conversationChanged, (value) => ConversationChanged.decode(value));
  return all.flatMap(({ change }) => (change?.$case === 'mediaStored' ? [change.value] : []));
};
const messagesOf = async ({ tenantId }: TestTenant, conversationId: string) =>
  (await bed.conversations(ownerOf(tenantId)).listMessages({ conversationId })).messages;

/** A message with a picture and another file, as it was stored. */
async function receivePictures(tenant: TestTenant) {
  await bed.receive(tenant, { content: image(there(0)), attachments: [there(1)] });
  const [conversation] = await bed.conversationsOf(tenant);
  const conversationId = conversation?.id ?? '';
  const [message] = await messagesOf(tenant, conversationId);
  return { conversationId, messageId: message?.id ?? '' };
}

test('what carries files asks its adapter service for them; what carries none asks nobody', async () => {
  const tenant = bed.addTenant();
  await bed.receive(tenant, { text: 'no files' });
  expect(asked(tenant)).toEqual([]);
  const ids = await receivePictures(tenant);
  expect(asked(tenant)).toMatchObject([
    {
      ...ids,
      tenantId: tenant.tenantId,
      items: [
        { index: 0, media: there(0) },
        { index: 1, media: there(1) },
      ],
    },
  ]);
});

test('what was kept before it came is not asked for', async () => {
  const tenant = bed.addTenant();
  const kept = Media.fromPartial({ mediaId: newId() });
  await bed.receive(tenant, { content: image(kept), attachments: [kept] });
  expect(asked(tenant)).toEqual([]);
});

test('the message shows its files, and the change is told without what leads to the provider', async () => {
  const tenant = bed.addTenant();
  const ids = await receivePictures(tenant);
  const first = { ...there(0), mediaId: newId(), contentType: 'image/png', caption: 'call +1 415 555 0101' };
  const second = { ...there(1), errorCode: 'MEDIA_TOO_LARGE' };
  await bed.tellFiles(tenant, { ...ids, items: [{ index: 0, media: first }] });
  await bed.tellFiles(tenant, { ...ids, items: [{ index: 1, media: second }] });
  const [message] = await messagesOf(tenant, ids.conversationId);
  expect(message).toMatchObject({ content: image(first), attachments: [second] });
  const [one, two, ...more] = changesOf(tenant);
  expect(one?.items).toMatchObject([{ index: 0, media: { mediaId: first.mediaId, providerUrl: '' } }]);
  expect(one?.items[0]?.media?.caption).not.toContain('0101');
  expect(two?.items).toMatchObject([{ index: 1, media: { errorCode: 'MEDIA_TOO_LARGE' } }]);
  expect(more).toEqual([]);
});

test('told twice, in one batch or in two, changes once', async () => {
  const tenant = bed.addTenant();
  const ids = await receivePictures(tenant);
  const told = () => ({ ...ids, items: [{ index: 0, media: { ...there(0), mediaId: newId() } }] });
  const first = told();
  await bed.tellFiles(tenant, first, told());
  await bed.tellFiles(tenant, told());
  const [message] = await messagesOf(tenant, ids.conversationId);
  expect(message?.content).toMatchObject(image(first.items[0]?.media as Media));
  expect(changesOf(tenant)).toHaveLength(1);
});

test('of another tenant’s message, or one that is gone, nothing is believed', async () => {
  const [tenant, other] = [bed.addTenant(), bed.addTenant()];
  const ids = await receivePictures(tenant);
  const items = [{ index: 0, media: { ...there(0), mediaId: newId() } }];
  await bed.tellFiles(other, { ...ids, items });
  await bed.tellFiles(tenant, { ...ids, messageId: newId(), items });
  await bed.tellFiles(tenant, { conversationId: newId(), messageId: newId(), items });
  const [message] = await messagesOf(tenant, ids.conversationId);
  expect(message?.content).toMatchObject(image(there(0)));
  expect(changesOf(tenant)).toEqual([]);
  const outcomes = await bed.tellFiles(tenant, { conversationId: 'none', messageId: 'none', items });
  expect(outcomes).toEqual([{ kind: 'deadLetter', code: 'INVALID_ARGUMENT' }]);
});
