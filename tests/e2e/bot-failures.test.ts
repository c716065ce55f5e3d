import { randomUUID } from 'node:crypto';
import {
  type Content,
  type Conversation,
  ConversationOwner,
  ConversationServiceService,
  Direction,
  PartyRole,
  PresenceState,
  RoutingServiceService,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { createTwilioSimulator, type TwilioSimulator } from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';
import { composeGateway, type Gateway, publicUrl } from '../journeys/gateway';
import { answerOf, createScriptedBot, reply } from '../journeys/scripted-bot';
import { resource } from '../journeys/sms-shop';

/** The clock of a turn is 20 s; a slow machine needs more to show it. */
const clockTestMs = 90_000;

describe('a bot that is slow, late, wrong or away', () => {
  const bot = createScriptedBot();
  let gateway: Gateway;
  let twilio: TwilioSimulator;
  let path: string;

  beforeAll(async () => {
    twilio = await createTwilioSimulator({ accountSid: 'AC1', authToken: 'token-of-the-test' });
    gateway = await composeGateway({ bot: bot.client });
    const config = {
      account_sid: 'AC1',
      auth_token: 'token-of-the-test',
      from: '+14155550100',
      api_base_url: twilio.url,
    };
    const [channel] = await gateway.apply(
      resource('Channel', 'shop-sms', { type: 'sms-twilio', max_per_second: 10_000, config }),
      resource('Agent', 'desk-1'),
    );
    path = `/webhooks/sms-twilio/${channel?.resource?.metadata?.id}`;
  }, 120_000);
  beforeEach(() => {
    bot.calls.length = 0;
  });
  afterAll(async () => {
    await gateway?.stop();
    await twilio?.stop();
  }, 60_000);

  async function say(from: string, body: string): Promise<void> {
    const url = gateway.urls[0] + path;
    const [answer] = await twilio.inbound({ url, from, body, change: { signedUrl: publicUrl + path } });
    expect(answer?.status).toBe(200);
  }
  const sentTo = (customer: string) =>
    twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body);
  const conversations = () => gateway.client(ConversationServiceService);
  const conversationOf = async (address: string): Promise<Conversation | undefined> =>
    (await conversations().listConversations({ address })).conversations[0];
  const inQueue = (address: string) =>
    eventually(
      async () => {
        const conversation = await conversationOf(address);
        return conversation?.owner === ConversationOwner.CONVERSATION_OWNER_QUEUE ? conversation : undefined;
      },
      { what: `${address} in the queue`, timeoutMs: 60_000 },
    );
  /** `customer: text` and `bot: text` in the order in which they were stored. */
  async function transcript(address: string): Promise<string[]> {
    const conversationId = (await conversationOf(address))?.id ?? '';
    const { messages } = await conversations().listMessages({ conversationId });
    return messages.reverse().map(({ sender, content, direction }) => {
      const who = direction === Direction.DIRECTION_INBOUND ? 'customer' : PartyRole[sender?.role ?? 0];
      return `${who}: ${content?.kind?.$case === 'text' ? content.kind.value.body : content?.kind?.$case}`;
    });
  }
  const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });

  test('scenario 05: the customer writes on while the bot thinks; it runs once more and answers once, in order', async () => {
    const customer = '+8613800000051';
    const held = bot.hold();
    await say(customer, 'my order');
    await eventually(() => held.waiting() === 1, { what: 'the first run' });
    await say(customer, 'is 4711');
    await eventually(async () => (await conversationOf(customer))?.inboundCount === 2);
    held.release(reply('Which order?'));
    await eventually(() => held.waiting() === 1, { what: 'the second run' });
    expect(bot.calls).toEqual([['my order'], ['my order', 'is 4711']]);
    expect(sentTo(customer)).toEqual([]);

    // It has run once more already: now it answers, and what came meanwhile is another turn.
    await say(customer, 'hello?');
    await eventually(async () => (await conversationOf(customer))?.inboundCount === 3);
    held.release(reply('4711 ships today.'));
    await eventually(() => held.waiting() === 1, { what: 'the turn of the rest' });
    await eventually(() => sentTo(customer).length === 1, { what: 'the answer' });
    held.release(reply('I am here.'));
    await eventually(() => sentTo(customer).length === 2, { what: 'the second answer' });
    expect(bot.calls[2]).toEqual(['hello?']);
    expect(sentTo(customer)).toEqual(['4711 ships today.', 'I am here.']);
    expect(await transcript(customer)).toEqual([
      'customer: my order',
      'customer: is 4711',
      'customer: hello?',
      'PARTY_ROLE_BOT: 4711 ships today.',
      'PARTY_ROLE_BOT: I am here.',
    ]);
    expect(held.waiting()).toBe(0);
    expect(bot.calls).toHaveLength(3);
  });

  test('scenario 06: a person takes over while the bot thinks, and its answer is dropped', async () => {
    const customer = '+8613800000052';
    const held = bot.hold();
    await say(customer, 'hello');
    await eventually(() => held.waiting() === 1, { what: 'the run' });
    const conversationId = (await conversationOf(customer))?.id ?? '';
    const agent = await gateway.agentIdentity('desk-1');
    const routing = gateway.client(RoutingServiceService, agent);
    await routing.setPresence({ state: PresenceState.PRESENCE_STATE_ONLINE });
    await conversations().transferConversation({ conversationId, team: 'default' });
    const offer = await eventually(async () => {
      const { offers } = await routing.explainRouting({ conversationId });
      return offers[0];
    });
    await routing.acceptOffer({ offerId: offer.id });
    await gateway.client(ConversationServiceService, agent).sendMessage({
      requestId: randomUUID(),
      conversationId,
      content: text('I am a person.'),
    });
    held.release(reply('I am the bot.'));
    await say(customer, 'thanks');
    await eventually(async () => (await conversationOf(customer))?.inboundCount === 2);
    await eventually(() => sentTo(customer).includes('I am a person.'));
    // Another customer's turn, asked and answered since, shows that the dropped one was settled.
    bot.answer(async () => reply('Good morning.'));
    await say('+8613800000053', 'good morning');
    await eventually(() => sentTo('+8613800000053').length === 1);
    expect(sentTo(customer)).not.toContain('I am the bot.');
    const lines = await transcript(customer);
    expect(lines.filter((line) => line.startsWith('PARTY_ROLE_BOT'))).toEqual([]);
    expect(await conversationOf(customer)).toMatchObject({
      owner: ConversationOwner.CONVERSATION_OWNER_AGENT,
      agent: 'desk-1',
    });
    await routing.setPresence({ state: PresenceState.PRESENCE_STATE_OFFLINE });
  });

  test(
    'scenario 09: a bot that is silent, throws, is full, stays away or talks nonsense: a person gets it within the clock, told once; then it answers others',
    async () => {
      const never = new Promise<never>(() => undefined);
      const troubles: Record<string, () => Promise<ReturnType<typeof reply>>> = {
        silent: () => never,
        throws: () => Promise.reject(new Error('boom')),
        full: () => Promise.reject(new AppError('BOT_BUSY')),
        away: () => Promise.reject(new AppError('UNAVAILABLE')),
        nonsense: async () => answerOf(),
        empty: async () => answerOf({ kind: undefined }),
        blank: async () => reply('   '),
      };
      bot.answer((texts) => troubles[texts[0] ?? '']?.() ?? never);
      const customers = Object.keys(troubles).map((trouble, index) => ({
        trouble,
        address: `+86138000006${index}0`,
      }));
      for (const { trouble, address } of customers) await say(address, trouble);
      for (const { trouble, address } of customers) {
        const conversation = await inQueue(address);
        expect(conversation.handoff).toMatchObject({ wants: expect.stringContaining(trouble) });
        expect(conversation.queuePlace).toBeGreaterThan(0);
        await eventually(() => sentTo(address).length > 0, { what: `the notice for ${trouble}` });
      }
      for (const { address } of customers) {
        expect(sentTo(address)).toEqual([expect.stringMatching(/\d/)]);
        expect(await transcript(address)).toHaveLength(2);
      }
      const reasons = await Promise.all(
        customers.map(async ({ address }) => (await conversationOf(address))?.handoff?.reason),
      );
      expect(reasons.slice(0, 4)).toEqual(['BOT_TIMEOUT', 'INTERNAL', 'BOT_BUSY', 'UNAVAILABLE']);
      bot.answer(async () => reply('Back again.'));
      await say('+8613800000056', 'hello');
      await eventually(() => sentTo('+8613800000056').length === 1);
      expect(sentTo('+8613800000056')).toEqual(['Back again.']);
      expect(sentTo(customers[3]?.address ?? '')).toHaveLength(1);
    },
    clockTestMs,
  );

  test('a bot that is away for a moment answers when it is back', async () => {
    const customer = '+8613800000054';
    bot.answer(async (texts, call) => {
      if (call < 3) throw new AppError('UNAVAILABLE');
      return reply(`re: ${texts[0]}`);
    });
    await say(customer, 'are you there?');
    await eventually(() => sentTo(customer).length === 1, { what: 'the answer' });
    expect(sentTo(customer)).toEqual(['re: are you there?']);
    expect(bot.calls).toHaveLength(3);
    expect(await conversationOf(customer)).toMatchObject({ owner: ConversationOwner.CONVERSATION_OWNER_BOT });
  });
});
