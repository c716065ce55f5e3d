import { DeliveryState, MessageSend, type MessageStatus } from '@omnigate/contracts';
import { createDatabase } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { createLogger, newId } from '@omnigate/runtime';
import { until } from '@omnigate/testkit';
import { account, type Gateway, type GatewayOptions, startGateway } from '../testing/gateway';

const {
  DELIVERY_STATE_UNKNOWN: unknown,
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_FAILED: failed,
  DELIVERY_STATE_DELIVERED: delivered,
  DELIVERY_STATE_READ: read,
} = DeliveryState;

let gateway: Gateway;
const start = async (o: GatewayOptions = {}) => {
  gateway = await startGateway(o);
};
afterEach(() => gateway.stop());

const bodies = () => gateway.twilio.attempts.map(({ body }) => body);
const statusOf = (messageId: string): MessageStatus | undefined =>
  gateway.statuses.filter((status) => status.messageId === messageId).at(-1);
/** The stored state, read as the serving role in the tenant's scope. */
const stored = (messageId: string) =>
  gateway.database.transaction({ tenants: [gateway.channel.tenantId] }, async (tx) => {
    const [row] = await tx.query<{
      state: number;
      attempts: number;
      error_code: string;
      payload: Buffer | null;
    }>({
      text: 'select state, attempts, error_code, payload from delivery where message_id = $1',
      values: [messageId],
    });
    return row;
  });
const settle = (messageId: string, state: DeliveryState) => until(() => statusOf(messageId)?.state === state);

/** A row as an earlier process left it; priority 0 is a reply. */
const insert = (row: {
  messageId: string;
  state: number;
  to: string;
  priority?: number;
  claimUntil: string | null;
}) =>
  gateway.database.transaction({ tenants: [gateway.channel.tenantId] }, async (tx) => {
    const { id: channelId, tenantId, type } = gateway.channel;
    const payload = MessageSend.encode(
      MessageSend.fromPartial({
        address: row.to,
        content: { kind: { $case: 'text', value: { body: row.to } } },
      }),
    ).finish();
    await tx.query({
      text: `insert into delivery (tenant_id, message_id, channel_id, channel_type, conversation_id, key, address, priority,
          state, claim_until, payload) values ($1, $2, $3, $4, '', $5, $5, $9, $6, $7::timestamptz, $8)`,
      values: [
        tenantId,
        row.messageId,
        channelId,
        type,
        row.to,
        row.state,
        row.claimUntil,
        Buffer.from(payload),
        row.priority ?? 0,
      ],
    });
    await tx.query({
      text: 'insert into delivery_channel values ($1, $2) on conflict do nothing',
      values: [tenantId, channelId],
    });
  });

describe('what comes of a send', () => {
  beforeEach(() => start());

  test.each([
    { name: 'a 5xx with the provider’s own error', fault: 'server-error' as const },
    { name: '429', fault: { code: 20429, status: 429, retryAfterSeconds: 0 } },
    {
      name: 'a code that Twilio lists as passing',
      fault: { code: 14107, status: 400, retryAfterSeconds: 0 },
    },
  ])('$name is tried again', async ({ fault }) => {
    gateway.twilio.fault(fault);
    const [messageId = ''] = await gateway.send({ text: 'again' });
    await settle(messageId, sent);
    expect(bodies()).toEqual(['again', 'again']);
    expect(gateway.twilio.messages).toHaveLength(1);
    expect(gateway.statesOf(messageId)).toEqual([sent]);
    expect(statusOf(messageId)?.attempts).toBe(2);
  });

  test.each([
    { fault: 'bad-gateway' as const, taken: 0, code: 'RESPONSE_STATUS' },
    { fault: 'bad-gateway-after' as const, taken: 1, code: 'RESPONSE_STATUS' },
    { fault: 'reset-before' as const, taken: 0, code: 'SEND_UNKNOWN' },
    { fault: 'reset-after' as const, taken: 1, code: 'SEND_UNKNOWN' },
    { fault: 'garbage' as const, taken: 1, code: 'RESPONSE_UNPARSEABLE' },
  ])('$fault is unknown and never sent again', async ({ fault, taken, code }) => {
    gateway.twilio.fault(fault);
    const [messageId = '', next = ''] = await gateway.send({ text: 'once' }, { text: 'next' });
    await settle(messageId, unknown);
    // The key does not wait for an unknown one.
    await settle(next, sent);
    expect(bodies()).toEqual(['once', 'next']);
    expect(gateway.twilio.messages).toHaveLength(taken + 1);
    expect(statusOf(messageId)?.errorCode).toBe(code);
    expect((await stored(messageId))?.payload).toBeNull();
  });

  test.each([21211, 21606, 21614, 30004, 63013])('%i fails for good', async (code) => {
    gateway.twilio.fault({ code });
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, failed);
    expect(statusOf(messageId)).toMatchObject({ errorCode: String(code), optedOut: false, failureClass: '' });
    expect(bodies()).toHaveLength(1);
  });

  test('an opted-out customer is told so', async () => {
    gateway.twilio.optOut(account.from, '+14158675309');
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, failed);
    expect(statusOf(messageId)).toMatchObject({ errorCode: '21610', optedOut: true });
  });

  test('a closed window may be planned again', async () => {
    gateway.twilio.fault({ code: 63016 });
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, failed);
    expect(statusOf(messageId)).toMatchObject({ errorCode: '63016', failureClass: 'window-closed' });
  });

  test('past not_after nothing is sent', async () => {
    const [messageId = ''] = await gateway.send({ notAfter: new Date(Date.now() - 1_000) });
    await settle(messageId, failed);
    expect(statusOf(messageId)).toMatchObject({
      errorCode: 'NOT_AFTER_PASSED',
      failureClass: 'window-closed',
      attempts: 0,
    });
    expect(bodies()).toEqual([]);
  });

  test('a provider that is not there is tried again, and nothing is lost', async () => {
    const channel = gateway.addChannel({ config: { api_base_url: 'http://127.0.0.1:1' } });
    const [messageId = ''] = await gateway.send({ channel });
    await until(() => gateway.channelLog.some((entry) => entry.code === 'CONNECTION_FAILED'));
    gateway.changeChannel(channel, { api_base_url: gateway.twilio.url });
    await settle(messageId, sent);
    expect(gateway.statesOf(messageId)).toEqual([sent]);
  });

  test('broken credentials pause the channel until it is changed', async () => {
    gateway.twilio.rotate('another');
    const ids = await gateway.send({ text: 'a', to: '+14158675301' }, { text: 'b', to: '+14158675302' });
    await until(() => gateway.channelLog.some((entry) => entry.code === '20003'));
    const before = gateway.twilio.attempts.length;
    const [later = ''] = await gateway.send({ text: 'c', to: '+14158675303' });
    await until(async () => (await stored(later)) !== undefined);
    expect(gateway.twilio.attempts).toHaveLength(before);
    expect(gateway.statuses).toEqual([]);
    gateway.changeChannel(gateway.channel, { auth_token: 'another' });
    for (const messageId of [...ids, later]) await settle(messageId, sent);
    expect(statusOf(later)?.attempts).toBe(1);
  });
});

describe('order', () => {
  test('within a key, through retries; other keys do not wait', async () => {
    await start();
    gateway.twilio.fault({ code: 20429, status: 400, retryAfterSeconds: 0 }, 'a1');
    await gateway.send({ text: 'a1' }, { text: 'a2' }, { text: 'b1', to: '+14158675302' }, { text: 'a3' });
    await until(() => gateway.twilio.messages.length === 4);
    const taken = gateway.twilio.messages.map(({ body }) => body);
    expect(taken.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(taken[0]).toBe('b1');
  });

  test('replies go before bulk', async () => {
    await start({ idle: true, sendsInFlight: 1 });
    const rows = [
      { to: '+14158675301', priority: 5 },
      { to: '+14158675302', priority: 5 },
      { to: '+14158675303', priority: 0 },
    ];
    for (const row of rows) await insert({ ...row, messageId: newId(), state: 1, claimUntil: null });
    await gateway.start();
    await until(() => gateway.twilio.messages.length === 3);
    expect(bodies()).toEqual(['+14158675303', '+14158675301', '+14158675302']);
  });

  test('a repeat of the record is sent once', async () => {
    await start();
    const [messageId = ''] = await gateway.send({ text: 'once' });
    await settle(messageId, sent);
    const [, after = ''] = await gateway.send({ text: 'once', messageId }, { text: 'after' });
    await settle(after, sent);
    expect(bodies()).toEqual(['once', 'after']);
  });

  test('a record that can be no delivery goes to the dead letters, and later ones go on', async () => {
    await start();
    const { channel } = gateway;
    await gateway.bus.append({
      topic: 'omnigate.message.send.channel-webhooks.v1',
      key: `${channel.id}|+14158675309|`,
      value: Buffer.from('ff', 'hex'),
      eventId: channel.id,
      type: 'omnigate.message.v1.MessageSend',
      tenantId: channel.tenantId,
    });
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, sent);
    expect(await gateway.bus.deadLetters.list({ limit: 10 })).toMatchObject([
      { errorCode: 'PAYLOAD_MALFORMED' },
    ]);
  });
});

describe('claimed as stored', () => {
  const claims = async (messageId: string) => {
    const [row] = await gateway.database.transaction({ tenants: [gateway.channel.tenantId] }, (tx) =>
      tx.query<{ state: number; by_insert: boolean }>({
        text: 'select state, updated_at = created_at as by_insert from delivery where message_id = $1',
        values: [messageId],
      }),
    );
    return row;
  };

  test('what nothing keeps is claimed by the transaction that stores it, what waits for another is not', async () => {
    await start();
    gateway.twilio.fault('hang-before', 'first');
    const [first = '', second = ''] = await gateway.send({ text: 'first' }, { text: 'second' });
    await until(() => gateway.twilio.attempts.length === 1);
    expect(await claims(first)).toEqual({ state: 2, by_insert: true });
    expect(await claims(second)).toEqual({ state: 1, by_insert: true });
    expect(bodies()).toEqual(['first']);
  });

  test('slots of what could not be stored, or was stored before, are free again', async () => {
    let failing = false;
    const failsOnce: GatewayOptions['bus'] = (bus) => ({
      ...bus,
      consume: (consumer) =>
        bus.consume({
          ...consumer,
          async handle(tx, records) {
            const outcomes = await consumer.handle(tx, records);
            if (!failing) return outcomes;
            failing = false;
            throw new AppError('DATABASE_UNAVAILABLE');
          },
        }),
    });
    await start({ sendsInFlight: 4, bus: failsOnce });
    const repeated = await gateway.send({ to: '+14158675301' }, { to: '+14158675302' });
    for (const id of repeated) await settle(id, sent);
    for (let time = 0; time < 4; time += 1) {
      failing = true;
      const list = repeated.map((messageId, n) => ({ messageId, to: `+1415867530${n + 1}` }));
      const [, , id = ''] = await gateway.send(...list, { to: '+14158675303' });
      await settle(id, sent);
      expect(failing).toBe(false);
    }
    expect(gateway.twilio.messages).toHaveLength(6);
  });
});

describe('limits', () => {
  test('never more on the wire than allowed, and all of it used', async () => {
    await start({ sendsInFlight: 4, twilio: { latencyMs: 30 } });
    await gateway.send(...Array.from({ length: 40 }, (_, n) => ({ to: `+1415867${5000 + n}` })));
    await until(() => gateway.twilio.messages.length === 40);
    expect(gateway.twilio.peakInFlight).toBe(4);
  });

  test('a channel’s rate holds over any second', async () => {
    await start();
    const channel = gateway.addChannel({ maxPerSecond: 5 });
    const ids = await gateway.send(
      ...Array.from({ length: 12 }, (_, n) => ({ channel, to: `+1415867${5000 + n}` })),
    );
    for (const id of ids) await settle(id, sent);
    const times = gateway.twilio.attempts.map(({ atMs }) => atMs);
    // Eleven intervals of 200 ms; timers may be late, never early, but for a millisecond of rounding each.
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(11 * 199);
  });

  test('a tenant’s flood to a provider that hangs leaves slots for another tenant', async () => {
    await start({ sendsInFlight: 4 });
    for (let n = 0; n < 4; n += 1) gateway.twilio.fault('hang-before', 'flood');
    const other = gateway.addChannel();
    await gateway.send({ channel: other, text: 'other', to: '+14158675999' });
    await until(() => gateway.twilio.messages.length === 1);
    await gateway.send(
      ...Array.from({ length: 50 }, (_, n) => ({ text: 'flood', to: `+1415867${5000 + n}` })),
    );
    await until(() => gateway.twilio.attempts.length >= 4);
    const [messageId = ''] = await gateway.send({ channel: other, text: 'other', to: '+14158675999' });
    await settle(messageId, sent);
    expect(bodies().filter((body) => body === 'flood').length).toBeLessThan(50);
  });

  test('a tenant’s queue is not another’s wait', async () => {
    await start({ sendsInFlight: 2, twilio: { latencyMs: 5 } });
    const other = gateway.addChannel();
    await gateway.send(
      ...Array.from({ length: 300 }, (_, n) => ({ text: 'flood', to: `+1415867${5000 + n}` })),
    );
    await until(() => gateway.twilio.attempts.length >= 5);
    const [messageId = ''] = await gateway.send({ channel: other, text: 'other' });
    await settle(messageId, sent);
    expect(gateway.twilio.messages.length).toBeLessThan(300);
  });
});

describe('restart', () => {
  test('what was on the wire is unknown at once, and is not sent again; what waited is sent', async () => {
    await start({ idle: true });
    const [onWire, waiting, behind] = [newId(), newId(), newId()];
    const claimUntil = new Date(Date.now() + 3_600_000).toISOString();
    await insert({ messageId: onWire, state: 2, to: '+14158675301', claimUntil });
    await insert({ messageId: behind, state: 1, to: '+14158675301', claimUntil: null });
    await insert({ messageId: waiting, state: 1, to: '+14158675302', claimUntil: null });
    await gateway.start();
    await settle(onWire, unknown);
    await settle(waiting, sent);
    await settle(behind, sent);
    expect(bodies().sort()).toEqual(['+14158675301', '+14158675302']);
    expect(statusOf(onWire)).toMatchObject({ errorCode: 'SEND_UNKNOWN' });
  });

  test('a stop waits for what is on the wire and stores what came of it', async () => {
    await start({ twilio: { latencyMs: 100 } });
    const ids = await gateway.send(...Array.from({ length: 8 }, (_, n) => ({ to: `+1415867${5000 + n}` })));
    await until(() => gateway.twilio.peakInFlight === 8);
    await gateway.stopService();
    for (const id of ids) expect((await stored(id))?.state).toBe(sent);
  });
});

describe('faults', () => {
  const flood = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ text: `${n}`, to: `+1415867${5000 + (n % 10)}` }));
  /** Every text at most once at the provider, and each customer's in order. */
  const expectOnceInOrder = () => {
    const byCustomer = Map.groupBy(gateway.twilio.attempts, ({ to }) => to);
    for (const attempts of byCustomer.values()) {
      const numbers = attempts.map(({ body }) => Number(body));
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    }
  };

  test('two processes send each message once, in order within its key', async () => {
    await start({ exclusive: false, sendsInFlight: 4, twilio: { latencyMs: 5 } });
    const second = await startGateway({ beside: gateway, sendsInFlight: 4 });
    const ids = await gateway.send(...flood(150));
    for (const id of ids) await settle(id, sent);
    await second.stop();
    expectOnceInOrder();
    expect(gateway.twilio.attempts).toHaveLength(150);
  });

  test('connections to the database that break lose nothing and repeat nothing', async () => {
    await start({ sendsInFlight: 4, twilio: { latencyMs: 5 } });
    const { databaseUrl: url } = gateway;
    const role = decodeURIComponent(new URL(url).username);
    const schema = 'public';
    const logger = createLogger({ service: 'test', level: 'silent' });
    const administrator = createDatabase({ url, schema, role, applicationName: 'administrator', logger });
    const ids = await gateway.send(...flood(150));
    const breakAll = () =>
      administrator.query({
        text: `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = 'test'`,
      });
    for (let time = 1; time <= 5; time += 1) {
      await until(() => gateway.twilio.attempts.length >= time * 20);
      await breakAll();
    }
    await until(() => ids.every((id) => statusOf(id) !== undefined));
    await administrator.end();
    expectOnceInOrder();
    for (const id of ids) expect([sent, unknown]).toContain(statusOf(id)?.state);
    expect(gateway.twilio.messages).toHaveLength(150);
  });
});

describe('receipts', () => {
  const callback = (messageId: string, sid: string, path = `/status?message_id=${messageId}`) => ({
    sid,
    to: '+14158675309',
    from: account.from,
    statusCallback: gateway.webhookUrl() + path,
  });

  test('scenario 04: read, delivered, sent: the state stays read', async () => {
    await start();
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, sent);
    const message = callback(messageId, gateway.twilio.messages[0]?.sid ?? '');
    for (const status of ['read', 'delivered', 'sent', 'failed']) {
      expect(await gateway.twilio.status(message, status)).toMatchObject({ status: 200 });
    }
    expect((await stored(messageId))?.state).toBe(read);
    expect(gateway.statesOf(messageId)).toEqual([sent, read]);
  });

  test('repeats and reordering change nothing', async () => {
    await start({
      twilio: { callbacks: ['queued', 'sent', 'delivered'], callbackRepeats: 3, reorderCallbacks: true },
    });
    const ids = await gateway.send(...Array.from({ length: 20 }, (_, n) => ({ to: `+1415867${5000 + n}` })));
    for (const id of ids) await settle(id, delivered);
    await gateway.twilio.settled();
    for (const id of ids) {
      expect((await stored(id))?.state).toBe(delivered);
      const states = gateway.statesOf(id);
      expect(states).toEqual([...new Set(states)].sort());
    }
    expect(gateway.twilio.messages).toHaveLength(20);
  });

  test('only delivered or read may follow failed', async () => {
    await start();
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, sent);
    const message = callback(messageId, gateway.twilio.messages[0]?.sid ?? '');
    await gateway.twilio.status(message, 'undelivered', '30005');
    expect(await stored(messageId)).toMatchObject({ state: failed, error_code: '30005' });
    await gateway.twilio.status(message, 'sent');
    expect((await stored(messageId))?.state).toBe(failed);
    await gateway.twilio.status(message, 'delivered');
    expect((await stored(messageId))?.state).toBe(delivered);
  });

  test('a receipt settles what was unknown', async () => {
    await start({ twilio: { callbacks: ['queued', 'delivered'] } });
    gateway.twilio.fault('reset-after');
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, delivered);
    await gateway.twilio.settled();
    expect(gateway.twilio.attempts).toHaveLength(1);
    expect(statusOf(messageId)?.providerMessageId).toBe(gateway.twilio.messages[0]?.sid);
  });

  test('one without our id that comes before the provider’s is known waits, and is applied with it', async () => {
    await start({ twilio: { answerDelayMs: 300 } });
    const [messageId = ''] = await gateway.send({});
    await until(() => gateway.twilio.messages.length === 1);
    const sid = gateway.twilio.messages[0]?.sid ?? '';
    expect(await gateway.twilio.status(callback('', sid, '/status'), 'delivered')).toMatchObject({
      status: 200,
    });
    await settle(messageId, delivered);
    expect(gateway.statesOf(messageId)).toEqual([delivered]);
    expect(statusOf(messageId)?.providerMessageId).toBe(sid);
  });

  test('one with our id that comes while the answer is on its way counts at once', async () => {
    await start({ twilio: { answerDelayMs: 300, callbacks: ['queued'] } });
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, sent);
    expect(statusOf(messageId)?.providerMessageId).toBe(gateway.twilio.messages[0]?.sid);
  });

  test('one of another channel changes nothing', async () => {
    await start();
    const [messageId = ''] = await gateway.send({});
    await settle(messageId, sent);
    const other = gateway.addChannel({ tenantId: gateway.channel.tenantId });
    const sid = gateway.twilio.messages[0]?.sid ?? '';
    const message = {
      ...callback(messageId, sid),
      statusCallback: `${gateway.webhookUrl(other)}/status?message_id=${messageId}`,
    };
    expect(await gateway.twilio.status(message, 'delivered')).toMatchObject({ status: 200 });
    expect((await stored(messageId))?.state).toBe(sent);
  });
});
