import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@omnigate/bus';
import {
  Content,
  type Conversation,
  ConversationOwner,
  ConversationServiceService,
  type DeadLetter,
  Direction,
  MessageReceived,
  messageKey,
  OperationsServiceService,
  PartyRole,
  topics,
} from '@omnigate/contracts';
import { eventIdOf, newId } from '@omnigate/runtime';
import { createTwilioSimulator, newSid, type TwilioSimulator } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { composeGateway, type Gateway, publicUrl } from '../journeys/gateway';
import { answerOf, createScriptedBot } from '../journeys/scripted-bot';
import { resource } from '../journeys/sms-shop';

describe('records that can not be handled', () => {
  const bot = createScriptedBot();
  let gateway: Gateway;
  let twilio: TwilioSimulator;
  let channelId: string;

  beforeAll(async () => {
    twilio = await createTwilioSimulator({ accountSid: 'AC1', authToken: 'token-of-the-test' });
    gateway = await composeGateway({ bot: bot.client });
    channelId = await applyChannel('shop-sms', randomUUID());
  }, 120_000);
  afterEach(() => operations().dropDeadLetters({ all: true }));
  afterAll(async () => {
    await gateway?.stop();
    await twilio?.stop();
  }, 60_000);

  async function applyChannel(name: string, id: string): Promise<string> {
    const config = {
      account_sid: 'AC1',
      auth_token: 'token-of-the-test',
      from: '+14155550100',
      api_base_url: twilio.url,
    };
    const channel = resource('Channel', name, { type: 'sms-twilio', max_per_second: 10_000, config });
    const [applied] = await gateway.apply({ ...channel, metadata: { name, id } });
    return applied?.resource?.metadata?.id ?? '';
  }
  const operations = () => gateway.client(OperationsServiceService);
  const letters = async (): Promise<DeadLetter[]> =>
    (await operations().listDeadLetters({ topic: topics.messageReceived })).deadLetters;
  const conversationOf = async (address: string): Promise<Conversation | undefined> =>
    (await gateway.client(ConversationServiceService).listConversations({ address })).conversations[0];
  const repliesTo = (customer: string) => twilio.messages.filter(({ to }) => to === customer);

  /** A customer's message as an adapter publishes it; what `broken` says is otherwise. */
  function received(
    from: string,
    broken: { eventId?: string; name?: string; channelId?: string; content?: Content } = {},
  ) {
    const channel = { type: 'sms-twilio', id: broken.channelId ?? channelId };
    const sid = newSid('SM');
    const eventId = broken.eventId ?? eventIdOf(channel.id, sid, 0);
    const value = MessageReceived.fromPartial({
      message: {
        eventId,
        tenantId: gateway.tenantId,
        channel,
        direction: Direction.DIRECTION_INBOUND,
        sender: { address: from, name: broken.name ?? '', role: PartyRole.PARTY_ROLE_CUSTOMER },
        content: { kind: { $case: 'text', value: { body: 'hello' } } },
        providerMessageId: sid,
        occurredTime: new Date(),
        receivedTime: new Date(),
      },
    });
    // Not by fromPartial, which leaves out what it does not know.
    if (value.message && broken.content) value.message.content = broken.content;
    const record: OutgoingRecord = {
      topic: topics.messageReceived,
      key: messageKey(channel.id, from, ''),
      value: MessageReceived.encode(value).finish(),
      eventId: newId(),
      type: 'omnigate.message.v1.MessageReceived',
      tenantId: gateway.tenantId,
    };
    return { record, sid };
  }

  test('they are set aside one by one; the others of their batch and key are answered; an operator drops them', async () => {
    const poisons = [
      { ...received('+8613800000071').record, value: Buffer.from([0xff, 0xff, 0xff]) },
      received('+8613800000072', { eventId: 'no-uuid' }).record,
      received('+8613800000073', { name: 'a\u0000b' }).record,
      { ...received('+8613800000074').record, value: new Uint8Array() },
    ];
    const customers = ['+8613800000071', '+8613800000072', '+8613800000073', '+8613800000074'];
    // One append, so that good and bad stand in the same batches; the good ones both before and behind.
    await gateway.bus.appendAll([
      ...customers.map((from) => received(from).record),
      ...poisons,
      ...customers.map((from) => received(from).record),
    ]);
    await eventually(async () => (await letters()).length === poisons.length, { what: 'the dead letters' });
    for (const customer of customers) {
      await eventually(async () => (await conversationOf(customer))?.inboundCount === 2, { what: customer });
      await eventually(() => repliesTo(customer).length > 0, { what: `an answer for ${customer}` });
    }
    const found = await letters();
    expect(found.map(({ eventId }) => eventId).sort()).toEqual(poisons.map(({ eventId }) => eventId).sort());
    const codeOf = (index: number) =>
      found.find(({ eventId }) => eventId === poisons[index]?.eventId)?.errorCode;
    expect(codeOf(1)).toBe('SQLSTATE_22P02');
    expect(codeOf(2)).toBe('SQLSTATE_22021');
    for (const letter of found) {
      expect(letter).toMatchObject({ group: 'routing', errorCode: expect.stringMatching(/^[A-Z0-9_]+$/) });
    }

    const [first, ...others] = found;
    expect(await operations().dropDeadLetters({ ids: [first?.id ?? ''] })).toEqual({ droppedCount: 1 });
    expect((await letters()).map(({ id }) => id)).toEqual(others.map(({ id }) => id));
    // Replayed as bad as it was it is a dead letter again, and nobody waits for it.
    const again = others[0];
    expect(await operations().replayDeadLetters({ ids: [again?.id ?? ''] })).toEqual({ replayedCount: 1 });
    await eventually(async () => {
      const now = await letters();
      return now.some(({ id, eventId }) => eventId === again?.eventId && id !== again?.id);
    });
    expect((await operations().dropDeadLetters({ all: true })).droppedCount).toBe(3);
    expect(await letters()).toEqual([]);
  });

  test('what was repaired takes effect once when it is replayed, even if the provider has sent it again', async () => {
    const customer = '+8613800000075';
    const id = randomUUID();
    const { record, sid } = received(customer, { channelId: id });
    await gateway.bus.append(record);
    const [letter] = await eventually(async () => {
      const found = await letters();
      return found.length > 0 ? found : undefined;
    });
    expect(letter).toMatchObject({ errorCode: 'CHANNEL_UNKNOWN', eventId: record.eventId });
    expect(await conversationOf(customer)).toBeUndefined();

    expect(await applyChannel('second-sms', id)).toBe(id);
    const ids = [letter?.id ?? ''];
    expect(await operations().replayDeadLetters({ ids })).toEqual({ replayedCount: 1 });
    expect(await operations().replayDeadLetters({ ids })).toEqual({ replayedCount: 0 });
    await eventually(() => repliesTo(customer).length === 1, { what: 'the answer' });
    const path = `/webhooks/sms-twilio/${id}`;
    const deliver = (body: string, messageSid: string) =>
      twilio.inbound({
        url: gateway.urls[0] + path,
        from: customer,
        body,
        messageSid,
        copies: 3,
        change: { signedUrl: publicUrl + path },
      });
    await deliver('hello', sid);
    await deliver('hello again', newSid('SM'));
    await eventually(() => repliesTo(customer).length === 2, { what: 'the second answer' });
    expect((await conversationOf(customer))?.inboundCount).toBe(2);
    expect(await letters()).toEqual([]);
  });

  test('content that this version does not know is kept whole and goes to a person, not to the dead letters', async () => {
    const customer = '+8613800000077';
    // Field 99 of a content, as a later version may write it: "ping".
    const later = Content.decode(Buffer.from([0x9a, 0x06, 4, 0x70, 0x69, 0x6e, 0x67]));
    const { record } = received(customer, { content: later });
    bot.answer(async ([text]) =>
      answerOf({
        kind: {
          $case: 'handOver',
          value: {
            reason: text === '' ? 'NOT_TEXT' : 'NO_ANSWER',
            notice: 'A person.',
            language: 'en',
            packet: undefined,
          },
        },
      }),
    );
    await gateway.bus.append(record);
    const conversation = await eventually(async () => {
      const found = await conversationOf(customer);
      return found?.owner === ConversationOwner.CONVERSATION_OWNER_QUEUE ? found : undefined;
    });
    expect(conversation.handoff?.reason).toBe('NOT_TEXT');
    const { messages } = await gateway
      .client(ConversationServiceService)
      .listMessages({ conversationId: conversation.id });
    const kept = messages.find(({ direction }) => direction === Direction.DIRECTION_INBOUND)?.content;
    expect(Content.encode(kept ?? { kind: undefined }).finish()).toEqual(Content.encode(later).finish());
    expect(await letters()).toEqual([]);
  });

  test('another tenant’s operator sees none of them', async () => {
    await gateway.bus.append({ ...received('+8613800000076').record, value: Buffer.from([0xff]) });
    const [letter] = await eventually(async () => {
      const found = await letters();
      return found.length > 0 ? found : undefined;
    });
    const other = gateway.client(OperationsServiceService, { tenantId: randomUUID(), roles: ['owner'] });
    expect((await other.listDeadLetters({})).deadLetters).toEqual([]);
    const ids = [letter?.id ?? ''];
    expect(await other.replayDeadLetters({ ids })).toEqual({ replayedCount: 0 });
    expect(await other.dropDeadLetters({ ids })).toEqual({ droppedCount: 0 });
    expect(await letters()).toHaveLength(1);
  });
});
