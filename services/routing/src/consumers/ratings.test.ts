import type { OutgoingRecord } from '@omnigate/bus';
import { ConversationChanged, ConversationState, MessageSend, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, type Inbound, openBed } from '../../testing/bed';
import { conversationOf } from '../../testing/desk';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';

let bed: Bed;
let published: OutgoingRecord[];
beforeAll(async () => {
  bed = await openBed();
});
beforeEach(() => {
  published = [];
  const { publish } = bed.bus;
  jest.spyOn(bed.bus, 'publish').mockImplementation((tx, records) => {
    published.push(...records);
    publish.call(bed.bus, tx, records);
  });
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => bed.close());

const other = '+14155550177';

/** A conversation that has ended, on a channel that is told of it. */
async function ended(o: { conversationEvents?: boolean; from?: string } = {}) {
  const tenant = bed.addTenant({ conversationEvents: o.conversationEvents ?? true });
  await bed.receive(tenant, { ...(o.from && { from: o.from }) });
  const { id } = await conversationOf(bed, tenant);
  await resolve(tenant, id);
  return { tenant, id };
}

const resolve = ({ tenantId }: TestTenant, conversationId: string) =>
  bed.conversations(ownerOf(tenantId)).resolveConversation({ conversationId });
const shown = async ({ tenantId }: TestTenant, conversationId: string) =>
  (await bed.conversations(ownerOf(tenantId)).getConversation({ conversationId })).conversation;
const rated = (replyTo: string, detail: string): Inbound => ({ event: 'rated', detail, replyTo });
const sends = () =>
  published.filter(({ type }) => type.endsWith('MessageSend')).map(({ value }) => MessageSend.decode(value));
const changes = () =>
  published
    .filter(({ topic }) => topic === topics.conversationChanged)
    .map(({ value }) => ConversationChanged.decode(value));

test('a channel that can show it is told once that the conversation has ended, and stores no message', async () => {
  const { tenant, id } = await ended();
  await resolve(tenant, id);
  expect(sends()).toMatchObject([
    {
      messageId: id,
      conversationId: id,
      content: { kind: { $case: 'event', value: { name: 'conversation-resolved' } } },
    },
  ]);
  expect(await bed.said(tenant, id)).toEqual(['customer: hello']);
});

test('another channel is told nothing, nor is a customer who has opted out', async () => {
  await ended({ conversationEvents: false });
  const tenant = bed.addTenant({ conversationEvents: true });
  await bed.receive(tenant, { text: 'STOP', consentWord: 'stop' });
  await resolve(tenant, (await conversationOf(bed, tenant)).id);
  expect(sends()).toEqual([]);
});

test('a rating is kept, told with its comment masked, opens nothing and asks nobody', async () => {
  const { tenant, id } = await ended();
  published = [];
  await bed.receive(tenant, rated(id, '4 quick, call me at 13812345678'));
  expect(await shown(tenant, id)).toMatchObject({
    state: ConversationState.CONVERSATION_STATE_RESOLVED,
    inboundCount: 1,
    rating: { score: 4, comment: 'quick, call me at 13812345678' },
  });
  const [change, ...more] = changes();
  expect(more).toEqual([]);
  expect(change?.change).toMatchObject({ $case: 'rated', value: { score: 4 } });
  expect(
    JSON.stringify(change, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  ).not.toContain('13812345678');
  expect(await bed.conversationsOf(tenant)).toHaveLength(1);
  expect(sends()).toEqual([]);
});

test('the first rating counts, in one batch and in a later one', async () => {
  const { tenant, id } = await ended();
  await bed.receive(tenant, rated(id, '5'), rated(id, '1 no'));
  await bed.receive(tenant, rated(id, '2'));
  expect((await shown(tenant, id))?.rating).toMatchObject({ score: 5, comment: '' });
});

test('with a message of the same customer in one batch both count, each for its own conversation', async () => {
  const { tenant, id } = await ended();
  await bed.receive(tenant, { text: 'one more thing' }, rated(id, '3'), { text: 'and this' });
  const [open, before] = await bed.conversationsOf(tenant);
  expect(before).toMatchObject({ id, rating: { score: 3 } });
  expect(open).toMatchObject({ inboundCount: 2, rating: null });
  // While that one is open too: its row and the ended one are locked together.
  await bed.receive(tenant, { text: 'hello?' }, rated(id, '1'));
  expect((await conversationOf(bed, tenant)).inboundCount).toBe(3);
});

test("who rates another's conversation, or one that goes on, is not heard", async () => {
  const { tenant, id } = await ended({ from: other });
  await bed.receive(tenant, rated(id, '1'));
  expect((await shown(tenant, id))?.rating).toBeUndefined();
  await bed.receive(tenant, { text: 'open' });
  const open = await conversationOf(bed, tenant);
  await bed.receive(tenant, rated(open.id, '1'), { text: 'still open' });
  await bed.receive(tenant, rated(newId(), '1'));
  expect(await conversationOf(bed, tenant)).toMatchObject({ id: open.id, inboundCount: 2, rating: null });
  const foreign = await ended();
  await bed.receive(tenant, rated(foreign.id, '1'));
  expect((await shown(foreign.tenant, foreign.id))?.rating).toBeUndefined();
});

test('a rating out of range or of no conversation is set aside, and holds up nothing', async () => {
  const { tenant, id } = await ended();
  const deadLetter = { kind: 'deadLetter', code: 'INVALID_ARGUMENT' };
  const bad = ['0', '6', '-1', '', 'good', '4.5', '44', '５'].map((detail) => rated(id, detail));
  expect(await bed.receive(tenant, ...bad, rated('', '4'), rated('x', '4'), { text: 'hi' })).toEqual([
    ...Array.from({ length: 10 }, () => deadLetter),
    { kind: 'ok' },
  ]);
  expect((await shown(tenant, id))?.rating).toBeUndefined();
  expect((await conversationOf(bed, tenant)).inboundCount).toBe(1);
});

test('where the channel is not told of ends, an event of that name is a message like any other', async () => {
  const { tenant, id } = await ended({ conversationEvents: false });
  await bed.receive(tenant, rated(id, '4'));
  expect((await shown(tenant, id))?.rating).toBeUndefined();
  expect(await bed.conversationsOf(tenant)).toHaveLength(2);
});
