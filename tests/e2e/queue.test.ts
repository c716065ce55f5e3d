import {
  type Conversation,
  ConversationOwner,
  ConversationServiceService,
  OfferState,
} from '@omnigate/contracts';
import { type AgentDesk, openAgentDesk } from '../journeys/agent-desk';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const { OFFER_STATE_DECLINED, OFFER_STATE_LAPSED, OFFER_STATE_WITHDRAWN, OFFER_STATE_ACCEPTED } = OfferState;

describe('queues and offers', () => {
  let omnigate: OpenedOmnigate;
  const shops: SmsShop[] = [];
  const desks: AgentDesk[] = [];

  beforeAll(async () => {
    omnigate = await openOmnigate({ demo: false });
  }, 120_000);
  afterAll(async () => {
    for (const desk of desks) desk.close();
    for (const shop of shops) await shop.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  /** A channel where people answer first, with a team of its own. */
  async function openTeam(team: string, offerSeconds = 30): Promise<SmsShop> {
    const shop = await openSmsShop(omnigate, {
      name: `sms-${team}`,
      resources: [resource('Team', team, { offer_seconds: offerSeconds })],
      spec: { first_responder: 'people', team },
    });
    shops.push(shop);
    return shop;
  }
  async function openDesk(name: string, team: string, maxConversations: number): Promise<AgentDesk> {
    const desk = await openAgentDesk(omnigate, { name, teams: [team], maxConversations });
    desks.push(desk);
    return desk;
  }
  const conversationOf = async (channel: string, address: string): Promise<Conversation | undefined> =>
    (await omnigate.client(ConversationServiceService).listConversations({ channel, address }))
      .conversations[0];
  /** A customer writes, and is in the queue and told so when this resolves. */
  async function queueUp(shop: SmsShop, channel: string, from: string) {
    await shop.twilio.inbound({ url: shop.webhookUrl, from, body: 'I need help with my order' });
    const notice = await eventually(() => shop.twilio.messages.find(({ to }) => to === from), {
      what: 'the notice',
    });
    const conversation = await eventually(() => conversationOf(channel, from));
    return { id: conversation.id, notice: notice.body };
  }

  test('scenario 11: all agents are full, one frees up: the longest waiting goes first, and customers know their place', async () => {
    const shop = await openTeam('full');
    const channel = 'sms-full';
    const [one, two] = [await openDesk('full-1', 'full', 1), await openDesk('full-2', 'full', 1)];
    await one.comeOnline();
    await two.comeOnline();
    const numbers = Array.from({ length: 5 }, (_, index) => `+1415867530${index}`);
    const waiting: { id: string; notice: string }[] = [];
    for (const number of numbers) {
      waiting.push(await queueUp(shop, channel, number));
      if (waiting.length > 2) continue;
      // Whoever is offered one takes it, so that both are full before the third comes.
      const desk = await eventually(() =>
        [one, two].find(({ offers }) =>
          offers.some(({ conversationId }) => conversationId === waiting.at(-1)?.id),
        ),
      );
      await desk.routing.acceptOffer({ offerId: (await desk.nextOffer(waiting.at(-1)?.id)).id });
    }
    expect(waiting.map(({ notice }) => /number (\d+)/.exec(notice)?.[1])).toEqual(['1', '1', '1', '2', '3']);
    const places = async () =>
      Promise.all(
        numbers.slice(2).map(async (number) => (await conversationOf(channel, number))?.queuePlace),
      );
    expect(await places()).toEqual([1, 2, 3]);
    expect([...one.offers, ...two.offers].filter(({ state }) => state === OFFER_STATE_ACCEPTED)).toHaveLength(
      2,
    );

    // The second agent frees up, then the first: the queue moves in order.
    const taken = [one, two].map((desk) => desk.offers[0]?.conversationId ?? '');
    await two.conversations.resolveConversation({ conversationId: taken[1] ?? '' });
    const third = await two.nextOffer();
    expect(third.conversationId).toBe(waiting[2]?.id);
    await two.routing.acceptOffer({ offerId: third.id });
    expect(await places()).toEqual([0, 1, 2]);
    await one.conversations.resolveConversation({ conversationId: taken[0] ?? '' });
    const fourth = await one.nextOffer();
    expect(fourth.conversationId).toBe(waiting[3]?.id);
    const explained = await one.routing.explainRouting({ conversationId: waiting[4]?.id ?? '' });
    expect(
      explained.agents.filter(({ agent }) => agent.startsWith('full-')).map(({ reason }) => reason),
    ).toEqual(['FULL', 'FULL']);
    expect(explained.offers).toEqual([]);
  });

  test('what waits is offered in its order to who comes online, watching before or after', async () => {
    const shop = await openTeam('early');
    const waiting: string[] = [];
    for (const last of '01234') waiting.push((await queueUp(shop, 'sms-early', `+1415867535${last}`)).id);
    const desk = await openDesk('early-1', 'early', 10);
    await desk.comeOnline();
    const offered = await eventually(
      () => (desk.offers.length === waiting.length ? desk.offers : undefined),
      { what: 'five offers' },
    );
    // They are told in no order, as all that has different keys; their ids are in the order in which they were made.
    const made = offered.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(made.map(({ conversationId }) => conversationId)).toEqual(waiting);

    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { offer } of desk.routing.watchOffers({}, { signal: stop.signal })) {
      if (offer) seen.push(offer.conversationId);
      if (seen.length === waiting.length) break;
    }
    stop.abort();
    expect(seen).toEqual(waiting);
  });

  test('a declined offer goes to the next agent, a lapsed one to the next again', async () => {
    const shop = await openTeam('picky', 5);
    const [one, two] = [await openDesk('picky-1', 'picky', 5), await openDesk('picky-2', 'picky', 5)];
    await one.comeOnline();
    await two.comeOnline();
    const { id } = await queueUp(shop, 'sms-picky', '+14158675311');
    const first = await eventually(() => [one, two].find(({ offers }) => offers.length > 0));
    const second = first === one ? two : one;
    const declined = await first.nextOffer(id);
    await first.routing.declineOffer({ offerId: declined.id });
    await first.offerThat(declined.id, OFFER_STATE_DECLINED);
    await expect(first.routing.acceptOffer({ offerId: declined.id })).rejects.toMatchObject({
      code: 'OFFER_GONE',
    });

    const lapsing = await second.nextOffer(id);
    await expect(first.routing.acceptOffer({ offerId: lapsing.id })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
    await second.offerThat(lapsing.id, OFFER_STATE_LAPSED);
    await expect(second.routing.acceptOffer({ offerId: lapsing.id })).rejects.toMatchObject({
      code: 'OFFER_GONE',
    });
    // Both have refused: the one who refused longest ago is asked again.
    const again = await first.nextOffer(id);
    expect((await conversationOf('sms-picky', '+14158675311'))?.owner).toBe(
      ConversationOwner.CONVERSATION_OWNER_QUEUE,
    );
    await first.routing.acceptOffer({ offerId: again.id });
    const { offers } = await first.routing.explainRouting({ conversationId: id });
    expect(offers.map(({ state }) => state)).toEqual([
      OFFER_STATE_ACCEPTED,
      OFFER_STATE_LAPSED,
      OFFER_STATE_DECLINED,
    ]);
    expect(shop.twilio.messages.filter(({ to }) => to === '+14158675311')).toHaveLength(1);
  });

  test('an agent who goes offline loses open offers to the next, and keeps what was accepted', async () => {
    const shop = await openTeam('leaving');
    const [one, two] = [await openDesk('leaving-1', 'leaving', 5), await openDesk('leaving-2', 'leaving', 5)];
    await one.comeOnline();
    const kept = await queueUp(shop, 'sms-leaving', '+14158675321');
    await one.routing.acceptOffer({ offerId: (await one.nextOffer(kept.id)).id });
    const { id } = await queueUp(shop, 'sms-leaving', '+14158675322');
    const lost = await one.nextOffer(id);
    await one.goOffline();
    await one.offerThat(lost.id, OFFER_STATE_WITHDRAWN);
    await expect(one.routing.acceptOffer({ offerId: lost.id })).rejects.toMatchObject({ code: 'OFFER_GONE' });
    const waiting = await conversationOf('sms-leaving', '+14158675322');
    expect(waiting).toMatchObject({ owner: ConversationOwner.CONVERSATION_OWNER_QUEUE, queuePlace: 1 });

    await two.comeOnline();
    await two.routing.acceptOffer({ offerId: (await two.nextOffer(id)).id });
    expect(await conversationOf('sms-leaving', '+14158675322')).toMatchObject({
      owner: ConversationOwner.CONVERSATION_OWNER_AGENT,
      agent: 'leaving-2',
    });
    expect(await conversationOf('sms-leaving', '+14158675321')).toMatchObject({ agent: 'leaving-1' });
  });

  test('what is resolved while it is offered is withdrawn', async () => {
    const shop = await openTeam('resolved');
    const desk = await openDesk('resolved-1', 'resolved', 5);
    await desk.comeOnline();
    const { id } = await queueUp(shop, 'sms-resolved', '+14158675331');
    const offer = await desk.nextOffer(id);
    await omnigate.client(ConversationServiceService).resolveConversation({ conversationId: id });
    await desk.offerThat(offer.id, OFFER_STATE_WITHDRAWN);
    await expect(desk.routing.acceptOffer({ offerId: offer.id })).rejects.toMatchObject({
      code: 'OFFER_GONE',
    });
  });
});
