import { type Content, ConversationServiceService, DeliveryState, Media } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { samplePng } from '@omnigate/testkit';
import { type AgentDesk, openAgentDesk } from '../journeys/agent-desk';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { openSmsShop, resource, type SmsShop } from '../journeys/sms-shop';

/** A file as `/media` shows it. */
interface ShownFile {
  media_id: string;
  content_type: string;
  url: string;
  thumbnail_url: string;
}

describe('pictures by SMS', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let desk: AgentDesk;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    desk = await openAgentDesk(omnigate, { name: 'media-ann' });
    shop = await openSmsShop(omnigate, {
      name: 'media-sms',
      spec: { first_responder: 'people' },
      twilio: { callbacks: ['sent', 'delivered'] },
      resources: [resource('Team', 'default')],
    });
    await desk.comeOnline();
  }, 200_000);
  afterAll(async () => {
    desk?.close();
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  const withKey = { authorization: '' };
  beforeAll(() => {
    withKey.authorization = `Bearer ${desk.apiKey}`;
  });
  const open = async (url: string) => {
    const answer = await fetch(url);
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const conversationOf = async (address: string) => {
    const client = omnigate.client(ConversationServiceService);
    return (await client.listConversations({ address })).conversations[0]?.id ?? '';
  };
  /** Messages of a conversation, once no file is under way any more. */
  const settledMessages = (address: string) =>
    eventually(
      async () => {
        const conversationId = await conversationOf(address);
        if (conversationId === '') return undefined;
        const client = omnigate.client(ConversationServiceService);
        const { messages } = await client.listMessages({ conversationId });
        const files = messages.flatMap(({ content, attachments }) => [...mediaIn(content), ...attachments]);
        const settled =
          files.length > 0 && files.every((file) => file.mediaId !== '' || file.errorCode !== '');
        return settled ? { conversationId, messages, files } : undefined;
      },
      { what: 'the files of the message' },
    );
  const mediaIn = (content: Content | undefined): Media[] =>
    content?.kind?.$case === 'image' || content?.kind?.$case === 'file' ? [content.kind.value] : [];

  test('a customer’s picture is kept and opens; the agent answers with one, which the provider gets', async () => {
    const customer = '+14155550701';
    const leak = samplePng({ width: 640, height: 480, grey: 90 });
    const media = [{ body: leak, contentType: 'image/png' }];
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, media });
    const { conversationId, files } = await settledMessages(customer);
    expect(files).toMatchObject([{ contentType: 'image/png', errorCode: '' }]);
    const shown = await fetch(`${omnigate.httpUrl}/media/${files[0]?.mediaId}`, { headers: withKey });
    const { url, thumbnail_url } = (await shown.json()) as ShownFile;
    expect((await open(url)).bytes.equals(leak)).toBe(true);
    expect((await open(thumbnail_url)).bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');

    const offer = await desk.nextOffer(conversationId);
    await desk.routing.acceptOffer({ offerId: offer.id });
    const plan = samplePng({ width: 320, height: 200, grey: 200 });
    const body = new FormData();
    body.append('file', new Blob([new Uint8Array(plan)], { type: 'image/png' }), 'plan.png');
    const put = await fetch(`${omnigate.httpUrl}/media`, { method: 'POST', headers: withKey, body });
    const kept = (await put.json()) as ShownFile;
    const value = Media.fromPartial({
      ...{ mediaId: kept.media_id, contentType: kept.content_type, caption: 'Where the tap is' },
    });
    const sent = await desk.conversations.sendMessage({
      requestId: newId(),
      conversationId,
      content: { kind: { $case: 'image', value } },
    });
    const got = await eventually(() => shop.twilio.gotFiles[0], { what: 'the picture at the provider' });
    expect([got.errorCode, got.contentType, got.body.equals(plan)]).toEqual(['', 'image/png', true]);
    expect(shop.twilio.messages.at(-1)).toMatchObject({ to: customer, body: 'Where the tap is' });
    await eventually(
      async () => {
        const { messages } = await desk.conversations.listMessages({ conversationId });
        const outbound = messages.find(({ id }) => id === sent.message?.id);
        return outbound?.state === DeliveryState.DELIVERY_STATE_DELIVERED;
      },
      { what: 'the receipt' },
    );
  });

  test('files that can not be had say why, and the words and the other files arrive', async () => {
    const customer = '+14155550702';
    const { host } = new URL(shop.twilio.url);
    const media = [
      { url: `http://${host}/2010-04-01/Accounts/AC1/Messages/MM1/Media/MEdead`, contentType: 'image/png' },
      { url: 'http://169.254.169.254/latest/meta-data', contentType: 'image/png' },
      { body: Buffer.from('<svg onload="alert(1)"/>'), contentType: 'image/png' },
      { body: samplePng({ grey: 7 }), contentType: 'image/jpeg' },
    ];
    await shop.twilio.inbound({ url: shop.webhookUrl, from: customer, body: 'See these', media });
    const { messages, files } = await settledMessages(customer);
    expect(messages.at(-1)?.content).toMatchObject({ kind: { value: { body: 'See these' } } });
    expect(files.map((file) => file.errorCode || file.contentType)).toEqual([
      ...['MEDIA_UNAVAILABLE', 'FETCH_REFUSED', 'MEDIA_TYPE_REFUSED', 'image/png'],
    ]);
  });
});
