import { randomUUID } from 'node:crypto';
import {
  type Content,
  ConversationOwner,
  ConversationServiceService,
  ConversationState,
  DeliveryServiceService,
  DeliveryState,
  Direction,
  OfferState,
  PartyRole,
} from '@omnigate/contracts';
import type { WebVisitor } from '@omnigate/testkit';
import { type AgentDesk, openAgentDesk } from '../journeys/agent-desk';
import { type ChangeRecord, recordChanges } from '../journeys/change-record';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openWebShop, type WebShop } from '../journeys/web-shop';

const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });
const textsFrom = (visitor: WebVisitor, role: string) =>
  visitor.messages.filter(({ from }) => from.role === role).map(({ content }) => content.text ?? '');

describe('web chat', () => {
  let omnigate: OpenedOmnigate;
  let shop: WebShop;
  let desk: AgentDesk;
  const visitors: WebVisitor[] = [];

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openWebShop(omnigate);
    desk = await openAgentDesk(omnigate, { name: 'desk-1', displayName: '客服一号' });
  }, 120_000);
  afterAll(async () => {
    desk?.close();
    for (const visitor of visitors) visitor.drop();
    await omnigate?.close();
  }, 60_000);

  async function newVisitor(): Promise<WebVisitor> {
    const visitor = shop.visitor();
    visitors.push(visitor);
    await visitor.connect();
    return visitor;
  }
  const conversationsOf = async (visitor: WebVisitor) =>
    (
      await omnigate
        .client(ConversationServiceService)
        .listConversations({ channel: 'shop-web', address: visitor.visitorId })
    ).conversations;
  const conversationOf = (visitor: WebVisitor) =>
    eventually(async () => (await conversationsOf(visitor))[0], { what: 'the conversation' });

  test('two visitors are answered in their own languages and see nothing of each other', async () => {
    const [chinese, english] = [await newVisitor(), await newVisitor()];
    await Promise.all([chinese.say('物业费怎么交？'), english.say('when will my order ship?')]);
    const [answer, reply] = await Promise.all(
      [chinese, english].map((visitor) => visitor.message(({ from }) => from.role === 'bot')),
    );
    expect(answer?.content.text).toMatch(/物业费/);
    expect(reply?.content.text).toMatch(/ship/i);
    expect(reply?.content.text).not.toMatch(/\p{Script=Han}/u);
    for (const [visitor, asked] of [
      [chinese, '物业费怎么交？'],
      [english, 'when will my order ship?'],
    ] as const) {
      const [conversation, ...more] = await conversationsOf(visitor);
      expect(more).toEqual([]);
      expect(conversation?.owner).toBe(ConversationOwner.CONVERSATION_OWNER_BOT);
      expect(visitor.messages.map(({ from }) => from.role)).toEqual(['customer', 'bot']);
      expect(textsFrom(visitor, 'customer')).toEqual([asked]);
    }
    expect((await conversationOf(chinese)).id).not.toBe((await conversationOf(english)).id);
    expect((await conversationOf(chinese)).contactId).not.toBe((await conversationOf(english)).contactId);
  });

  test('a visitor asks for a person: queue and place, offer, reply, receipts, and the bot starts fresh', async () => {
    const visitor = await newVisitor();
    await visitor.say('订单 20260731001 还没有收到，怎么回事');
    await visitor.message(({ from }) => from.role !== 'customer');
    await visitor.say('转人工');
    const notice = await visitor.message(({ from }) => from.role === 'system');
    expect(notice.content.text).toMatch(/第 1 位/);
    const waiting = await eventually(async () => {
      const [conversation] = await conversationsOf(visitor);
      return conversation?.owner === ConversationOwner.CONVERSATION_OWNER_QUEUE ? conversation : undefined;
    });
    expect(waiting).toMatchObject({ queuePlace: 1, team: 'default', agent: '' });
    expect(textsFrom(visitor, 'system')).toHaveLength(1);

    await desk.comeOnline();
    const offer = await desk.nextOffer(waiting.id);
    expect(offer.state).toBe(OfferState.OFFER_STATE_OFFERED);
    expect(offer.handoff?.reason).toMatch(/^[A-Z_]+$/);
    expect(offer.handoff?.wants).not.toBe('');
    const accepted = await desk.routing.acceptOffer({ offerId: offer.id });
    expect(accepted.conversation).toMatchObject({
      id: waiting.id,
      owner: ConversationOwner.CONVERSATION_OWNER_AGENT,
      agent: 'desk-1',
      queuePlace: 0,
    });
    // A repeat of the same agent is no failure.
    expect((await desk.routing.acceptOffer({ offerId: offer.id })).conversation?.id).toBe(waiting.id);

    const sent = await desk.conversations.sendMessage({
      requestId: randomUUID(),
      conversationId: waiting.id,
      content: text('您好，我来帮您查一下。'),
    });
    const seen = await visitor.message(({ from }) => from.role === 'agent');
    expect(seen).toMatchObject({ from: { name: '客服一号' }, content: { text: '您好，我来帮您查一下。' } });
    const messageId = sent.message?.id ?? '';
    visitor.acknowledge();
    await reaches(waiting.id, messageId, DeliveryState.DELIVERY_STATE_DELIVERED);
    visitor.acknowledge('read');
    await reaches(waiting.id, messageId, DeliveryState.DELIVERY_STATE_READ);

    // While a person has it the bot is silent.
    const before = textsFrom(visitor, 'bot').length;
    await visitor.say('物业费怎么交？');
    await eventually(async () => (await conversationsOf(visitor))[0]?.inboundCount === 3);
    const { messages } = await desk.conversations.listMessages({ conversationId: waiting.id });
    expect(messages[0]?.direction).toBe(Direction.DIRECTION_INBOUND);

    const resolved = await desk.conversations.resolveConversation({ conversationId: waiting.id });
    expect(resolved.conversation?.state).toBe(ConversationState.CONVERSATION_STATE_RESOLVED);
    await expect(
      desk.conversations.sendMessage({ conversationId: waiting.id, content: text('还有吗？') }),
    ).rejects.toMatchObject({ code: 'CONVERSATION_RESOLVED' });
    expect(textsFrom(visitor, 'bot')).toHaveLength(before);
  });

  async function reaches(conversationId: string, messageId: string, state: DeliveryState): Promise<void> {
    const deliveries = omnigate.client(DeliveryServiceService);
    await eventually(
      async () => {
        const { messages } = await desk.conversations.listMessages({ conversationId });
        return messages.find(({ id }) => id === messageId)?.state === state;
      },
      { what: `message in state ${DeliveryState[state]}` },
    );
    const list = await deliveries.listDeliveries({ conversationId });
    expect(list.deliveries.find((item) => item.messageId === messageId)?.state).toBe(state);
  }

  test('scenario 08: resolved after a handoff, the customer writes again and the bot starts fresh', async () => {
    const visitor = await newVisitor();
    await visitor.say('I want to talk to a human agent');
    const first = await conversationOf(visitor);
    const offer = await desk.nextOffer(first.id);
    await visitor.message(({ from }) => from.role === 'system');
    await desk.routing.acceptOffer({ offerId: offer.id });
    await desk.conversations.resolveConversation({ conversationId: first.id });
    const notices = textsFrom(visitor, 'system').length;

    await visitor.say('when will my order ship?');
    const answer = await visitor.message(({ from }) => from.role === 'bot');
    expect(answer.content.text).toMatch(/ship/i);
    const [again, before, ...more] = await conversationsOf(visitor);
    expect(more).toEqual([]);
    expect(before).toMatchObject({ id: first.id, state: ConversationState.CONVERSATION_STATE_RESOLVED });
    expect(again).toMatchObject({
      state: ConversationState.CONVERSATION_STATE_OPEN,
      owner: ConversationOwner.CONVERSATION_OWNER_BOT,
      agent: '',
      queuePlace: 0,
      inboundCount: 1,
    });
    expect(again?.handoff).toBeUndefined();
    expect(textsFrom(visitor, 'system')).toHaveLength(notices);
    const { agents } = await desk.routing.explainRouting({ conversationId: again?.id ?? '' });
    expect(agents.find(({ agent }) => agent === 'desk-1')?.activeConversations).toBe(0);
  });

  test('a watch resumes by its token without a gap or a repeat', async () => {
    const conversations = omnigate.client(ConversationServiceService);
    const whole = await recordChanges(conversations);
    const first = await recordChanges(conversations);
    const visitor = await newVisitor();
    await visitor.say('发票怎么开');
    await visitor.message(({ from }) => from.role === 'bot');
    await eventually(() => first.changes.length >= 3, { what: 'the first changes' });
    first.stop();
    const cut = first.changes.length;

    await visitor.say('退货要几天');
    await eventually(() => textsFrom(visitor, 'bot').length >= 2, { what: 'the second answer' });
    visitor.acknowledge('read');
    const { id } = await conversationOf(visitor);
    const second = await recordChanges(conversations, first.resumeToken());
    await eventually(async () => {
      const { messages } = await conversations.listMessages({ conversationId: id });
      const out = messages.filter(({ sender }) => sender?.role === PartyRole.PARTY_ROLE_BOT);
      return out.length === 2 && out.every(({ state }) => state === DeliveryState.DELIVERY_STATE_READ);
    });
    const { seq } = await conversationOf(visitor);
    const complete = (record: ChangeRecord) => record.changes.some((change) => change.seq === seq);
    await eventually(() => complete(whole) && complete(second), { what: 'the last change' });
    whole.stop();
    second.stop();

    const keys = (record: ChangeRecord) =>
      record.changes
        .filter(({ conversationId }) => conversationId === id)
        .map((change) => Number(change.seq));
    expect(first.changes.length).toBe(cut);
    expect([...keys(first), ...keys(second)]).toEqual(keys(whole));
    expect(keys(whole)).toEqual(Array.from({ length: Number(seq) }, (_, index) => index + 1));
    const personal = whole.changes.filter(({ change }) => change?.$case === 'messageRecorded');
    expect(personal.length).toBeGreaterThanOrEqual(4);
    await expect(recordChanges(conversations, 'not-a-token')).rejects.toMatchObject({
      code: 'RESUME_TOKEN_INVALID',
    });
  });
});
