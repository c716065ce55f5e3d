import { ConversationOwner, ConversationState, MessageReceived, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { queuePlaces } from '../store/queue';
import { createMessageReceived } from './message-received';

const { CONVERSATION_OWNER_BOT, CONVERSATION_OWNER_QUEUE } = ConversationOwner;
const { CONVERSATION_STATE_OPEN, CONVERSATION_STATE_RESOLVED } = ConversationState;

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const clientOf = ({ tenantId }: TestTenant) => bed.conversations(ownerOf(tenantId));
const newest = async (tenant: TestTenant) => {
  const [row] = await bed.conversationsOf(tenant);
  if (!row) throw new Error('no conversation');
  return row;
};
const turnOf = ({ tenantId }: TestTenant) =>
  bed.database.query<{ state: string; from_seq: number; covers_seq: number; rerun: boolean }>({
    text: 'select state, from_seq, covers_seq, rerun from turn where tenant_id = $1',
    values: [tenantId],
  });

describe('mail of machines', () => {
  test.each(['auto-reply', 'mailing-list', 'bounce', 'mail-loop'])(
    '%s is stored and asks nobody',
    async (event) => {
      const tenants = [bed.addTenant(), bed.addTenant({ firstResponder: 'people' })];
      for (const tenant of tenants) {
        await bed.receive(tenant, { event });
        const conversation = await newest(tenant);
        expect(conversation).toMatchObject({ inboundCount: 1, messageSeq: 1, queuedAt: null });
        expect(await turnOf(tenant)).toEqual([]);
      }
      const [bot] = tenants as [TestTenant];
      await bed.receive(bot, { text: 'a person' });
      expect(await turnOf(bot)).toMatchObject([{ from_seq: 2, covers_seq: 2 }]);
    },
  );
});

test('what e-mail has besides is stored with the message', async () => {
  const tenant = bed.addTenant();
  const letter = { subject: 'My order', html: '<p>hello</p>' };
  await bed.receive(tenant, { letter });
  const { messages } = await clientOf(tenant).listMessages({ conversationId: (await newest(tenant)).id });
  expect(messages[0]).toMatchObject({
    content: { kind: { value: { body: 'hello' } } },
    attachments: [],
    letter,
  });
});

describe('repeats', () => {
  test('in one batch and in a later one are dropped', async () => {
    const tenant = bed.addTenant();
    const eventId = newId();
    await bed.receive(tenant, { eventId }, { eventId }, { text: 'and more' });
    await bed.receive(tenant, { eventId });
    expect(await newest(tenant)).toMatchObject({ inboundCount: 2, messageSeq: 2 });
  });

  test('the same event id of another tenant is another message', async () => {
    const [one, two] = [bed.addTenant(), bed.addTenant()];
    const eventId = newId();
    const records = [one, two].map(({ tenantId, channel }) => {
      const message = { eventId, tenantId, channel: { id: channel.id }, sender: { address: customer } };
      return {
        topic: topics.messageReceived,
        partition: 0,
        offset: 0n,
        key: tenantId,
        value: Buffer.from(MessageReceived.encode(MessageReceived.fromPartial({ message })).finish()),
        eventId,
        type: '',
        tenantId,
        headers: {},
        time: new Date(),
      };
    });
    const tenants = [one.tenantId, two.tenantId];
    await bed.database.transaction({ tenants }, (tx) => createMessageReceived(bed.context)(tx, records));
    expect([await newest(one), await newest(two)]).toMatchObject([{ inboundCount: 1 }, { inboundCount: 1 }]);
  });
});

describe('a channel where people answer first', () => {
  const people = () => bed.addTenant({ firstResponder: 'people' });

  test('the first question gets a place, told once; what follows waits with it', async () => {
    const tenant = people();
    await bed.receive(tenant, { text: 'Is anybody there?' });
    await bed.receive(tenant, { text: 'Hello?' }, { text: 'Please!' });
    const conversation = await newest(tenant);
    expect(conversation).toMatchObject({ owner: CONVERSATION_OWNER_QUEUE, inboundCount: 3 });
    expect(await bed.said(tenant, conversation.id)).toEqual([
      'customer: Is anybody there?',
      'system: A colleague will help you. You are number 1 in the queue.',
      'customer: Hello?',
      'customer: Please!',
    ]);
    expect(await turnOf(tenant)).toEqual([]);
  });

  test('after it was resolved, another question opens another conversation with a place of its own', async () => {
    const tenant = people();
    await bed.receive(tenant, { text: 'First' });
    const first = await newest(tenant);
    await clientOf(tenant).resolveConversation({ conversationId: first.id });
    await bed.receive(tenant, { text: 'Second' });
    const [second, before] = await bed.conversationsOf(tenant);
    expect(before).toMatchObject({ id: first.id, state: CONVERSATION_STATE_RESOLVED, inboundCount: 1 });
    expect(second).toMatchObject({ state: CONVERSATION_STATE_OPEN, owner: CONVERSATION_OWNER_QUEUE });
    expect(second?.queuedAt).not.toBeNull();
    expect(await bed.said(tenant, second?.id ?? '')).toEqual([
      'customer: Second',
      'system: A colleague will help you. You are number 1 in the queue.',
    ]);
  });

  test('where the business wrote first, the customer’s answer gets a place', async () => {
    const tenant = people();
    const content = { kind: { $case: 'text' as const, value: { body: 'Your parcel is here.' } } };
    await clientOf(tenant).sendMessage({ channel: 'shop', address: customer, content });
    expect((await newest(tenant)).queuedAt).toBeNull();
    await bed.receive(tenant, { text: '什么时候可以取？' });
    const conversation = await newest(tenant);
    expect(conversation.queuedAt).not.toBeNull();
    expect(await bed.said(tenant, conversation.id)).toEqual([
      'agent: Your parcel is here.',
      'customer: 什么时候可以取？',
      'system: 正在为您转接人工客服。您当前排在第 1 位，请稍候。',
    ]);
  });

  test('the places told to a batch are those in which they wait', async () => {
    const tenant = people();
    const numbers = ['+14155550121', '+14155550122', '+14155550123'];
    const content = { kind: { $case: 'text' as const, value: { body: 'Your parcel is here.' } } };
    for (const address of numbers) await clientOf(tenant).sendMessage({ channel: 'shop', address, content });
    await bed.receive(tenant, ...numbers.toReversed().map((from) => ({ from })));
    const rows = await bed.conversationsOf(tenant);
    const ids = rows.map(({ tenantId, id }) => ({ tenantId, conversationId: id }));
    const places = await bed.database.transaction({ tenants: [tenant.tenantId] }, (tx) =>
      queuePlaces(tx, ids),
    );
    for (const { id } of rows) {
      expect((await bed.said(tenant, id))[2]).toContain(`number ${places.get(id)} in the queue`);
    }
    expect([...places.values()].sort()).toEqual([1, 2, 3]);
  });

  test('STOP and HELP ask for nobody', async () => {
    const tenant = people();
    await bed.receive(tenant, { text: 'STOP', consentWord: 'stop' });
    await bed.receive(tenant, { text: 'HELP', consentWord: 'help' });
    expect((await newest(tenant)).queuedAt).toBeNull();
    await bed.receive(tenant, { text: 'START', consentWord: 'start' }, { text: 'I am back' });
    expect((await newest(tenant)).queuedAt).not.toBeNull();
  });
});

describe('a channel where the bot answers first', () => {
  test('a turn covers what came in a batch; what comes while it runs makes it run again', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'my order' }, { text: 'is 4711' });
    expect(await turnOf(tenant)).toEqual([{ state: 'RUNNING', from_seq: 1, covers_seq: 2, rerun: false }]);
    await bed.receive(tenant, { text: 'hello?' });
    expect(await turnOf(tenant)).toEqual([{ state: 'RUNNING', from_seq: 1, covers_seq: 2, rerun: true }]);
  });

  test('after it was resolved the bot starts afresh', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'First' });
    const first = await newest(tenant);
    await clientOf(tenant).transferConversation({ conversationId: first.id, team: 'default' });
    await clientOf(tenant).resolveConversation({ conversationId: first.id });
    expect(await turnOf(tenant)).toEqual([]);
    await bed.receive(tenant, { text: 'Second' });
    const second = await newest(tenant);
    expect(second).toMatchObject({ owner: CONVERSATION_OWNER_BOT, dialogueState: '', handoff: null });
    expect(second.id).not.toBe(first.id);
    expect(await turnOf(tenant)).toHaveLength(1);
  });

  test('while a person has it, nobody else is asked', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'First' });
    await clientOf(tenant).transferConversation({
      conversationId: (await newest(tenant)).id,
      team: 'default',
    });
    const before = await newest(tenant);
    await bed.receive(tenant, { text: 'Are you there?' });
    expect(await turnOf(tenant)).toEqual([]);
    expect(await newest(tenant)).toMatchObject({
      queuedAt: before.queuedAt,
      messageSeq: before.messageSeq + 1,
    });
  });
});

describe('STOP', () => {
  test('ends the turn; a question before it needs no answer, one after it gets none', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'A question' });
    await bed.receive(tenant, { text: 'Another' }, { text: 'STOP', consentWord: 'stop' }, { text: 'Really' });
    expect(await turnOf(tenant)).toEqual([]);
    expect(await newest(tenant)).toMatchObject({ optedOut: true, inboundCount: 4 });
    await bed.receive(tenant, { text: 'Hello?' });
    expect(await turnOf(tenant)).toEqual([]);
  });

  test('then START in the same batch: the question after it is answered', async () => {
    const tenant = bed.addTenant();
    const words = [
      { text: 'STOP', consentWord: 'stop' },
      { text: 'START', consentWord: 'start' },
    ];
    await bed.receive(tenant, ...words, { text: 'A question' });
    expect(await newest(tenant)).toMatchObject({ optedOut: false });
    expect(await turnOf(tenant)).toEqual([{ state: 'RUNNING', from_seq: 3, covers_seq: 3, rerun: false }]);
  });
});

test('a message of an unknown channel goes to the dead letters, the others are stored', async () => {
  const [tenant, other] = [bed.addTenant(), bed.addTenant()];
  const unknown = { ...tenant, channel: { ...tenant.channel, id: newId() } };
  expect(await bed.receive(unknown, {})).toEqual([{ kind: 'deadLetter', code: 'CHANNEL_UNKNOWN' }]);
  const foreign = { ...tenant, channel: other.channel };
  expect(await bed.receive(foreign, {})).toEqual([{ kind: 'deadLetter', code: 'INVALID_ARGUMENT' }]);
  expect(await bed.conversationsOf(tenant)).toEqual([]);
});
