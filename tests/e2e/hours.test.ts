import {
  AskResponse,
  BotServiceService,
  ConversationOwner,
  ConversationServiceService,
  DirectoryServiceService,
  PartyRole,
  RoutingServiceService,
} from '@omnigate/contracts';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const dayNames = ['周一', '周二', '周三', '周四', '周五', '周六', '周日'];
// Far enough from UTC in both directions that hours judged in another zone give the other answer.
const zones = { east: 'Pacific/Auckland', west: 'America/Los_Angeles' };

/** The weekday (0 is Monday) and hour somewhere now. */
function localNow(timeZone: string): { day: number; hour: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(new Date()).map(({ type, value }) => [type, value]));
  return { day: days.indexOf(String(parts.weekday).toLowerCase()), hour: Number(parts.hour) };
}

/** Open for 3 hours, from 12 hours after now: closed now, whenever the test runs. */
function closedNow(timeZone: string) {
  const { day, hour } = localNow(timeZone);
  // Whole within one day, so that the notice names one span.
  const start = Math.min((hour + 12) % 24, 20);
  const openDay = (hour + 12 >= 24 ? day + 1 : day) % 7;
  const clock = (value: number) => `${String(value).padStart(2, '0')}:00`;
  return {
    hours: [{ days: [days[openDay]], from: clock(start), to: clock(start + 3) }],
    // Asked when it is told, since the day may have changed.
    told: () =>
      `${openDay === localNow(timeZone).day ? '今天' : dayNames[openDay]} ${clock(start)}–${clock(start + 3)}`,
  };
}

/** Open in the local hours around now, closed 8 hours away from them. */
function openNow(timeZone: string) {
  const { day, hour } = localNow(timeZone);
  const clock = (value: number) => `${String((value + 24) % 24).padStart(2, '0')}:00`;
  const around = [days[(day + 6) % 7], days[day], days[(day + 1) % 7]];
  return { hours: [{ days: around, from: clock(hour - 2), to: clock(hour + 3) }] };
}

let omnigate: OpenedOmnigate;
beforeAll(async () => {
  omnigate = await openOmnigate({ demo: false });
}, 120_000);
afterAll(() => omnigate?.close(), 60_000);

describe.each(Object.entries(zones))('hours of a team whose tenant is in the %s', (place, timeZone) => {
  const shops: SmsShop[] = [];
  const closed = closedNow(timeZone);

  beforeAll(async () => {
    const tenant = resource('Tenant', place, { time_zone: timeZone, locale: 'zh-CN' });
    const teams = [
      resource('Team', 'away', { hours: closed.hours }),
      resource('Team', 'there', { hours: openNow(timeZone).hours }),
    ];
    await omnigate.client(DirectoryServiceService).applyResources({ resources: [tenant] });
    for (const [index, team] of ['away', 'there'].entries()) {
      const options = {
        name: `sms-${team}`,
        tenant: place,
        spec: { team },
        ...(index === 0 ? { resources: teams } : {}),
      };
      shops.push(await openSmsShop(omnigate, options));
    }
  });
  afterAll(async () => {
    for (const shop of shops) await shop.twilio.stop();
  });

  async function askForPerson(shop: SmsShop | undefined, customer: string, body = '转人工') {
    await shop?.twilio.inbound({ url: shop.webhookUrl, from: customer, body });
    const conversations = omnigate.client(ConversationServiceService, { tenant: place });
    const conversation = await eventually(async () => {
      const list = await conversations.listConversations({ address: customer });
      return list.conversations.find(({ owner }) => owner === ConversationOwner.CONVERSATION_OWNER_QUEUE);
    });
    const texts = () =>
      shop?.twilio.messages.filter(({ to }) => to === customer).map(({ body }) => body) ?? [];
    await eventually(() => texts().length > 0, { what: 'the notice' });
    // Whatever else the turn had to say would be on its way by the time a later request is answered.
    await shop?.twilio.inbound({ url: shop.webhookUrl, from: customer, body: '在吗' });
    await eventually(async () => {
      const list = await conversations.listConversations({ address: customer });
      return list.conversations[0]?.inboundCount === 2;
    });
    const { messages } = await conversations.listMessages({ conversationId: conversation.id });
    expect(messages).toHaveLength(3);
    const explained = await omnigate
      .client(RoutingServiceService, { tenant: place })
      .explainRouting({ conversationId: conversation.id });
    return { conversation, texts: texts(), teamOpen: explained.teamOpen };
  }

  /** Either bot may be asked, in turn, and each hears of a change in its own time. */
  async function botsKnow(): Promise<boolean> {
    const bots = omnigate.client(BotServiceService, { tenant: place });
    const utterances = [
      { role: PartyRole.PARTY_ROLE_CUSTOMER, text: 'How do I change the deed of my flat?' },
    ];
    for (let asked = 0; asked < 4; asked += 1) {
      const said = JSON.stringify(AskResponse.toJSON(await bots.ask({ utterances, locale: 'en' })));
      if (!said.includes('Bring the papers')) return false;
    }
    return true;
  }

  test('outside them one SMS says when people are there, with the place', async () => {
    const before = closed.told();
    const { conversation, texts, teamOpen } = await askForPerson(shops[0], '+8613800000021');
    expect(teamOpen).toBe(false);
    expect(conversation).toMatchObject({ team: 'away', queuePlace: 1 });
    expect(texts).toHaveLength(1);
    const told = [before, closed.told()].filter((when) => texts[0]?.includes(when));
    expect({ text: texts[0], told }).toEqual({
      text: texts[0],
      told: expect.arrayContaining([expect.any(String)]),
    });
    expect(texts[0]).toMatch(/第 1 位/);
    expect([...(texts[0] ?? '')].length).toBeLessThanOrEqual(500);
  });

  test('outside them what an article says before a person takes over fits into the same SMS', async () => {
    const article = resource('KnowledgeArticle', 'deed', {
      language: 'en',
      question: 'How do I change the deed of my flat?',
      answer: 'Bring the papers of both owners. '.repeat(40),
      handling: 'human',
    });
    await omnigate
      .client(DirectoryServiceService, { tenant: place })
      .applyResources({ resources: [article] });
    await eventually(botsKnow, { what: 'the bots to know the article' });
    const { texts } = await askForPerson(shops[0], '+8613800000023', 'How do I change the deed of my flat?');
    expect(texts).toEqual([expect.stringMatching(/^Bring the papers.* number 2 in the queue/s)]);
    expect(texts[0]).toMatch(/will be back (today|on [A-Z][a-z]+day) \d\d:00/);
    expect([...(texts[0] ?? '')].length).toBeLessThanOrEqual(500);
  });

  test('inside them one SMS tells the place and no hours', async () => {
    const { conversation, texts, teamOpen } = await askForPerson(shops[1], '+8613800000022');
    expect(teamOpen).toBe(true);
    expect(conversation).toMatchObject({ team: 'there', queuePlace: 1 });
    expect(texts).toHaveLength(1);
    expect(texts[0]).toMatch(/第 1 位/);
    expect(texts[0]).not.toMatch(/\d\d:\d\d/);
  });
});
