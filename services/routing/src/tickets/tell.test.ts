import { ConversationState, DeliveryState, MessageSend, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { fileOf, noticeTo, textOf, ticketMenu } from '../../testing/ticket-desk';
import { listDeliveries } from '../store/deliveries';

const { CONVERSATION_STATE_OPEN: open, CONVERSATION_STATE_RESOLVED: resolved } = ConversationState;

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const told = { content: textOf('Li is on the way.') };
const newest = async (tenant: TestTenant) => {
  const [row] = await bed.conversationsOf(tenant);
  if (!row) throw new Error('no conversation');
  return row;
};
const resolve = async (tenant: TestTenant) => {
  const { id: conversationId } = await newest(tenant);
  await bed.conversations(ownerOf(tenant.tenantId)).resolveConversation({ conversationId });
};
const endings = async ({ tenantId }: TestTenant) => {
  const filter = {
    tenantId,
    state: null,
    channelId: null,
    conversationId: null,
    messageId: null,
    beforeId: null,
  };
  const rows = await bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    listDeliveries(tx, { ...filter, limit: 10 }),
  );
  return rows.map(({ state, errorCode }) => [state, errorCode]);
};

describe('a notice', () => {
  test('is told once, in the open conversation, whoever comes again with it', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'my tap leaks' });
    const { id } = await newest(tenant);
    const notice = noticeTo(tenant, { ...told, conversationId: id });
    await bed.tickets(tenant, { notices: [notice, notice] });
    await bed.tickets(tenant, { notices: [notice] });
    expect(await bed.said(tenant, id)).toEqual(['customer: my tap leaks', 'system: Li is on the way.']);
    expect(await newest(tenant)).toMatchObject({ state: open, messageSeq: 2 });
  });

  test('goes to the conversation that is open now, where the one it names has ended', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'my tap leaks' });
    const { id: first } = await newest(tenant);
    await resolve(tenant);
    await bed.receive(tenant, { text: 'and my light' });
    const { id: second } = await newest(tenant);
    await bed.tickets(tenant, { notices: [noticeTo(tenant, { ...told, conversationId: first })] });
    expect(await bed.said(tenant, first)).toEqual(['customer: my tap leaks']);
    expect(await bed.said(tenant, second)).toEqual(['customer: and my light', 'system: Li is on the way.']);
  });

  test('goes to the one that it names where none is open, which stays ended', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'my tap leaks' });
    const { id } = await newest(tenant);
    await resolve(tenant);
    await bed.tickets(tenant, { notices: [noticeTo(tenant, { ...told, conversationId: id })] });
    expect(await bed.said(tenant, id)).toEqual(['customer: my tap leaks', 'system: Li is on the way.']);
    expect(await bed.conversationsOf(tenant)).toMatchObject([{ id, state: resolved }]);
  });

  test('by address opens a conversation that has ended, and the answer opens another', async () => {
    const tenant = bed.addTenant();
    await bed.tickets(tenant, { notices: [noticeTo(tenant, told), noticeTo(tenant, told)] });
    const [only, ...none] = await bed.conversationsOf(tenant);
    expect(none).toEqual([]);
    expect(only).toMatchObject({ state: resolved, address: customer, messageSeq: 2, language: 'en' });
    await bed.receive(tenant, { text: 'hello' });
    expect(await bed.conversationsOf(tenant)).toMatchObject([{ state: open }, { state: resolved }]);
  });

  test('by address goes where the last menu was told, while nobody has answered', async () => {
    const tenant = bed.addTenant();
    const content = ticketMenu(newId(), 'A new ticket.', { accept: 'Accept' });
    await bed.tickets(tenant, { notices: [noticeTo(tenant, { content })] });
    await bed.tickets(tenant, { notices: [noticeTo(tenant, told)] });
    expect(await bed.conversationsOf(tenant)).toMatchObject([{ state: resolved, messageSeq: 2 }]);
  });

  test('whose channel or conversation is not there is set aside, and may be replayed; the others of its record are told', async () => {
    const tenant = bed.addTenant();
    const lost = noticeTo(tenant, { ...told, channel: { type: 'sms-test', id: newId() } });
    const gone = noticeTo(tenant, { ...told, conversationId: newId(), address: '', channel: undefined });
    const outcomes = await bed.tickets(
      tenant,
      { notices: [lost, noticeTo(tenant, told)] },
      { notices: [gone] },
      { notices: [noticeTo(tenant, { ...told, noticeId: 'x' })] },
      { tenantId: newId() },
    );
    expect(outcomes).toMatchObject([
      { kind: 'deadLetter', code: 'CHANNEL_UNKNOWN' },
      { kind: 'deadLetter', code: 'CHANNEL_UNKNOWN' },
      { kind: 'deadLetter', code: 'INVALID_ARGUMENT' },
      { kind: 'deadLetter', code: 'INVALID_ARGUMENT' },
    ]);
    expect(await bed.conversationsOf(tenant)).toHaveLength(1);
    const found = { ...lost, channel: { type: 'sms-test', id: tenant.channel.id } };
    expect(await bed.tickets(tenant, { notices: [found] })).toEqual([{ kind: 'ok' }]);
    expect(await bed.conversationsOf(tenant)).toHaveLength(2);
  });

  test('a channel of another tenant is none', async () => {
    const [own, other] = [bed.addTenant(), bed.addTenant()];
    const outcomes = await bed.tickets(own, { notices: [noticeTo(other, told)] });
    expect(outcomes).toMatchObject([{ code: 'CHANNEL_UNKNOWN' }]);
    expect(await bed.conversationsOf(other)).toEqual([]);
  });

  test('that may not be sent is shown as failed, with the reason', async () => {
    const afterMessage = { after: 'message', windowSeconds: 3_600, maxMessages: 1 };
    const tenant = bed.addTenant({ replyRules: [afterMessage] });
    await bed.tickets(tenant, { notices: [noticeTo(tenant, told)] });
    expect(await endings(tenant)).toEqual([[DeliveryState.DELIVERY_STATE_FAILED, 'WINDOW_CLOSED']]);
    await bed.receive(tenant, { text: 'hello' });
    await bed.tickets(tenant, { notices: [noticeTo(tenant, told), noticeTo(tenant, told)] });
    expect((await endings(tenant)).slice(0, 2)).toEqual([
      [DeliveryState.DELIVERY_STATE_FAILED, 'REPLY_LIMIT_REACHED'],
      [DeliveryState.DELIVERY_STATE_QUEUED, ''],
    ]);
  });

  test('to somebody who has opted out is not sent', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'STOP', consentWord: 'stop' });
    const { id } = await newest(tenant);
    await bed.tickets(tenant, { notices: [noticeTo(tenant, { ...told, conversationId: id })] });
    await resolve(tenant);
    await bed.tickets(tenant, { notices: [noticeTo(tenant, told)] });
    const refused = [DeliveryState.DELIVERY_STATE_FAILED, 'RECIPIENT_OPTED_OUT'];
    expect(await endings(tenant)).toEqual([refused, refused]);
  });

  test('a menu is numbered lines where the channel shows none; files go along', async () => {
    const sends: MessageSend[] = [];
    const follower = bed.bus.follow({
      topics: [topics.messageSend('channel-webhooks')],
      handle: (records) => void sends.push(...records.map((record) => MessageSend.decode(record.value))),
    });
    await follower.ready;
    const content = ticketMenu(newId(), '有新的工单。', { accept: '接单', refuse: '拒绝' });
    const attachments = [fileOf('tap.jpg', { mediaId: newId() })];
    const tenants = [bed.addTenant(), bed.addTenant({ menu: true })];
    for (const tenant of tenants)
      await bed.tickets(tenant, { notices: [noticeTo(tenant, { content, attachments })] });
    const sendOf = ({ tenantId }: TestTenant) => sends.find((send) => send.tenantId === tenantId);
    while (!tenants.every(sendOf)) await new Promise(setImmediate);
    const [lines, menu] = tenants.map(sendOf);
    expect(lines?.content).toMatchObject(textOf('有新的工单。\n1. 接单\n2. 拒绝\n请回复序号。'));
    expect(menu?.content).toMatchObject(content);
    expect(menu?.attachments).toMatchObject(attachments.map(({ mediaId }) => ({ mediaId })));
    await follower.stop();
  });
});
