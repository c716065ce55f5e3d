import { DeliveryState, MessageSend, type ReplyRule, topics } from '@omnigate/contracts';
import { type Bed, customer, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { listDeliveries } from '../store/deliveries';

const {
  DELIVERY_STATE_QUEUED: queued,
  DELIVERY_STATE_UNKNOWN: unknown,
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_DELIVERED: delivered,
  DELIVERY_STATE_FAILED: failed,
} = DeliveryState;
const hours = 3_600;
/** As WeChat has it: five messages in the 48 hours after the customer wrote. */
const afterMessage = { after: 'message', windowSeconds: 48 * hours, maxMessages: 5 };
const closed = { code: 'WINDOW_CLOSED' };
const full = { code: 'REPLY_LIMIT_REACHED' };

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

/** A channel with reply rules, where a customer has written or not. */
async function shop(o: { rules?: ReplyRule[]; wrote?: boolean } = {}) {
  const tenant = bed.addTenant({ replyRules: o.rules ?? [afterMessage] });
  const writes = () => bed.receive(tenant, { text: 'hello' });
  if (o.wrote ?? true) await writes();
  const reply = async (text = 'Good morning') => {
    const content = { kind: { $case: 'text' as const, value: { body: text } } };
    const client = bed.conversations(ownerOf(tenant.tenantId));
    const { message } = await client.sendMessage({ channel: 'shop', address: customer, content });
    return { messageId: message?.id ?? '', conversationId: message?.conversationId ?? '' };
  };
  const replies = async (count: number) => {
    const all: Awaited<ReturnType<typeof reply>>[] = [];
    while (all.length < count) all.push(await reply());
    return all;
  };
  return { tenant, writes, reply, replies };
}

const deliveriesOf = ({ tenantId }: TestTenant) =>
  bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    listDeliveries(tx, {
      ...{ tenantId, state: null, channelId: null, conversationId: null, messageId: null, beforeId: null },
      limit: 100,
    }),
  );

/** Lets time pass for a tenant's windows. */
const pass = ({ tenantId }: TestTenant, interval: string) =>
  bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    tx.query({
      text: `update reply_window set opened_at = opened_at - $1::interval, closes_at = closes_at - $1::interval`,
      values: [interval],
    }),
  );

describe('scenario 15: the reply window', () => {
  test('a sixth message is refused, and the agent is told why', async () => {
    const { reply, replies, tenant } = await shop();
    await replies(5);
    await expect(reply()).rejects.toMatchObject(full);
    expect(await deliveriesOf(tenant)).toHaveLength(5);
  });

  test('a message at 48 h is sent, one a second later is not', async () => {
    const { reply, tenant } = await shop();
    await pass(tenant, '47:59:50');
    await reply();
    await pass(tenant, '00:00:11');
    await expect(reply()).rejects.toMatchObject(closed);
  });

  test('nobody who has not written is written to', async () => {
    const { reply } = await shop({ wrote: false });
    await expect(reply()).rejects.toMatchObject(closed);
  });

  test('a text of several messages goes whole or not at all', async () => {
    const { reply, replies, tenant } = await shop();
    Object.assign(tenant.channel.channelType?.capabilities ?? {}, { maxTextCharacters: 12 });
    await replies(2);
    await expect(reply('The plumber comes at nine, and brings what he needs.')).rejects.toMatchObject(full);
    expect(await deliveriesOf(tenant)).toHaveLength(2);
    await reply('Fits in.');
  });

  test('what the customer writes opens it anew; what waits to be sent counts in the new one', async () => {
    const { writes, reply, replies, tenant } = await shop();
    const [first] = await replies(5);
    await bed.report(tenant, { ...(first as typeof first & object), state: sent });
    await writes();
    await reply();
    await expect(reply()).rejects.toMatchObject(full);
  });

  test('an old message that comes late does not shorten it', async () => {
    const { writes, reply, replies, tenant } = await shop();
    await pass(tenant, '-1 second');
    await replies(5);
    await writes();
    await expect(reply()).rejects.toMatchObject(full);
  });
});

describe('what is reserved', () => {
  test.each([
    { name: 'comes back when the send failed', states: [failed], left: 5 },
    { name: 'is spent when it was sent', states: [sent], left: 4 },
    { name: 'is spent when nobody knows', states: [unknown], left: 4 },
    { name: 'comes back when a receipt says that it failed', states: [sent, failed], left: 5 },
    { name: 'is spent when it arrived after all', states: [failed, delivered], left: 4 },
    { name: 'is spent once', states: [sent, delivered, delivered], left: 4 },
  ])('$name', async ({ states, left }) => {
    const { reply, replies, tenant } = await shop();
    const message = await reply();
    for (const state of states) await bed.report(tenant, { ...message, state });
    await replies(left);
    await expect(reply()).rejects.toMatchObject(full);
  });

  test('a late failure gives nothing to a window that was opened since', async () => {
    const { writes, reply, replies, tenant } = await shop();
    const message = await reply();
    await bed.report(tenant, { ...message, state: sent });
    await writes();
    await bed.report(tenant, { ...message, state: failed });
    await replies(5);
    await expect(reply()).rejects.toMatchObject(full);
  });

  test('by two rules the one without a limit is used first', async () => {
    const paid = { after: 'paid', windowSeconds: hours, maxMessages: 0 };
    const { replies, reply, tenant } = await shop({ rules: [afterMessage, paid] });
    await bed.receive(tenant, { event: 'paid' });
    await replies(7);
    await pass(tenant, '01:00:01');
    await replies(5);
    await expect(reply()).rejects.toMatchObject(full);
  });

  test('an event without a rule opens nothing', async () => {
    const { reply, tenant } = await shop({ wrote: false });
    await bed.receive(tenant, { event: 'unsubscribed' });
    await expect(reply()).rejects.toMatchObject(closed);
  });

  test('a choice from a menu counts as a message, unless a rule of its own counts it less', async () => {
    const afterChoice = { after: 'menu-choice', windowSeconds: 60, maxMessages: 3 };
    const counted = await shop({ rules: [afterMessage, afterChoice], wrote: false });
    await bed.receive(counted.tenant, { choice: '1' });
    await counted.replies(3);
    await expect(counted.reply()).rejects.toMatchObject(full);
    const usual = await shop({ wrote: false });
    await bed.receive(usual.tenant, { choice: '1' });
    await usual.replies(5);
  });

  test('a rule of no time closes what was opened before, such as that the customer has left', async () => {
    const left = { after: 'unsubscribed', windowSeconds: 0, maxMessages: 0 };
    const { tenant, reply, writes } = await shop({ rules: [afterMessage, left] });
    await reply();
    await bed.receive(tenant, { event: 'unsubscribed' });
    await expect(reply()).rejects.toMatchObject(closed);
    await writes();
    await reply();
  });

  test('is not more than there is for many who reply at once', async () => {
    const { reply } = await shop();
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => reply()));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });
});

describe('when the provider says that the window is closed', () => {
  const refused = { state: failed, errorCode: '45015', failureClass: 'window-closed' };

  test('nothing more is sent until the customer writes', async () => {
    const { writes, reply, tenant } = await shop();
    await bed.report(tenant, { ...(await reply()), ...refused });
    await expect(reply()).rejects.toMatchObject(closed);
    expect((await deliveriesOf(tenant)).map(({ state, errorCode }) => [state, errorCode])).toEqual([
      [failed, '45015'],
    ]);
    await writes();
    await reply();
  });

  test('a message is planned again where the customer has written since', async () => {
    const { writes, reply, tenant } = await shop();
    const message = await reply('The plumber comes at nine.');
    await pass(tenant, '00:00:01');
    await writes();
    await bed.report(tenant, { ...message, ...refused });
    expect(await bed.said(tenant, message.conversationId)).toEqual([
      'customer: hello',
      'agent: The plumber comes at nine.',
      'customer: hello',
      'agent: The plumber comes at nine.',
    ]);
    expect((await deliveriesOf(tenant)).map(({ state }) => state)).toEqual([queued, failed]);
    await bed.report(tenant, { ...message, ...refused });
    expect(await deliveriesOf(tenant)).toHaveLength(2);
  });

  test('a message that waited too long goes by the window that is open now', async () => {
    const { reply, tenant } = await shop();
    const message = await reply();
    await bed.report(tenant, { ...message, ...refused, errorCode: 'NOT_AFTER_PASSED' });
    expect((await deliveriesOf(tenant)).map(({ state }) => state)).toEqual([queued, failed]);
  });
});

test('a notice that may not be sent is shown as failed, with the reason', async () => {
  const { tenant, writes, reply } = await shop({ rules: [{ ...afterMessage, maxMessages: 1 }] });
  await reply();
  await writes();
  const [conversation] = await bed.conversationsOf(tenant);
  await bed
    .conversations(ownerOf(tenant.tenantId))
    .transferConversation({ conversationId: conversation?.id ?? '', team: 'second' });
  expect((await deliveriesOf(tenant)).map(({ state, errorCode }) => [state, errorCode])).toEqual([
    [failed, 'REPLY_LIMIT_REACHED'],
    [queued, ''],
  ]);
});

test('a send is not wanted after its window, or after a day', async () => {
  const sends: MessageSend[] = [];
  const follower = bed.bus.follow({
    topics: [topics.messageSend('channel-webhooks')],
    handle: (records) => void sends.push(...records.map((record) => MessageSend.decode(record.value))),
  });
  await follower.ready;
  const leftMs = async (windowSeconds: number) => {
    const { reply } = await shop({ rules: [{ ...afterMessage, windowSeconds }] });
    const { messageId } = await reply();
    while (!sends.some((send) => send.messageId === messageId)) await new Promise(setImmediate);
    const send = sends.find((each) => each.messageId === messageId);
    return (send?.notAfter?.getTime() ?? 0) - (send?.createTime?.getTime() ?? 0);
  };
  const minute = await leftMs(60);
  expect(minute).toBeGreaterThan(0);
  expect(minute).toBeLessThanOrEqual(60_000);
  expect(await leftMs(48 * hours)).toBe(24 * hours * 1_000);
  await follower.stop();
});

test('a channel without rules has no ledger', async () => {
  const { tenant, replies } = await shop({ rules: [], wrote: false });
  await replies(7);
  const rows = await bed.database.transaction({ tenants: [tenant.tenantId] }, (tx) =>
    tx.query({ text: 'select from reply_window union all select from reply_reservation' }),
  );
  expect(rows).toEqual([]);
});
