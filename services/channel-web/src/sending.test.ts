import { DeliveryState } from '@omnigate/contracts';
import { createLocalState } from '@omnigate/state';
import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

const {
  DELIVERY_STATE_QUEUED: queued,
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_FAILED: failed,
} = DeliveryState;

/** The sender gets no token while this is so: what is sent all the same went in the transaction that stored it. */
let senderWaits = true;
const local = createLocalState();
const state = {
  ...local,
  takeTokens: (...args: Parameters<typeof local.takeTokens>) =>
    senderWaits && args[0].startsWith('send:')
      ? Promise.resolve({ taken: false, retryAfterMs: 20 })
      : local.takeTokens(...args),
};

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat({ state });
});
beforeEach(() => {
  senderWaits = true;
});
afterAll(async () => {
  await bed.stop();
  await local.stop();
});

const statesOf = (id: string) =>
  bed.statuses.filter(({ messageId }) => messageId === id).map((status) => status.state);
async function storedOf(tenantId: string) {
  return bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    tx.query<{
      message_id: string;
      state: number;
      attempts: number;
      provider_message_id: string;
      payload: unknown;
    }>({
      text: 'select message_id, state, attempts, provider_message_id, payload from delivery order by seq',
    }),
  );
}
async function talk(channel = bed.addChannel()) {
  const visitor = bed.visitor(channel);
  await visitor.connect();
  await visitor.say('hello');
  const shown = () =>
    visitor.messages.filter(({ from }) => from.role === 'bot').map(({ content }) => content.text);
  return { channel, visitor, shown, send: (text: string) => bed.send(channel, visitor.visitorId, { text }) };
}

test('a message is sent by the transaction that stores it', async () => {
  const { channel, visitor, send } = await talk();
  const id = await send('here');
  expect(await visitor.message(({ from }) => from.role === 'bot')).toMatchObject({ id, seq: 2 });
  await eventually('sent', () => statesOf(id).length > 0);
  expect(statesOf(id)).toEqual([sent]);
  expect(await storedOf(channel.tenantId)).toEqual([
    { message_id: id, state: sent, attempts: 1, provider_message_id: id, payload: null },
  ]);
  await visitor.close();
});

test('several at once come in their order', async () => {
  const { visitor, shown, send } = await talk();
  const texts = Array.from({ length: 30 }, (_, index) => `line ${index}`);
  for (const text of texts) void send(text);
  await eventually('shown', () => shown().length === texts.length);
  expect(shown()).toEqual(texts);
  await visitor.close();
});

test('a channel whose rate was set goes by the sender, and what comes later waits behind it', async () => {
  const slow = bed.addChannel();
  slow.maxPerSecond = 50;
  const { channel, visitor, shown, send } = await talk(slow);
  const ids = [await send('first'), await send('second')];
  await eventually('stored', async () => (await storedOf(channel.tenantId)).length === 2);
  expect((await storedOf(channel.tenantId)).map((row) => row.state)).toEqual([queued, queued]);
  channel.maxPerSecond = 1_000;
  ids.push(await send('third'));
  await eventually('stored', async () => (await storedOf(channel.tenantId)).length === 3);
  expect(shown()).toEqual([]);
  senderWaits = false;
  await eventually('shown', () => shown().length === 3);
  expect(shown()).toEqual(['first', 'second', 'third']);
  await eventually('sent', () => ids.every((id) => statesOf(id).includes(sent)));
  await visitor.close();
});

test('whom it can not be for fails, and stops nobody', async () => {
  senderWaits = false;
  const { channel, visitor, shown, send } = await talk();
  const lost = await bed.send(channel, 'nobody', { text: 'lost' });
  await send('here');
  await eventually('shown', () => shown().length === 1);
  await eventually('failed', () => statesOf(lost).includes(failed));
  await visitor.close();
});

test('where the mailbox can not be written nothing is stored, and it is sent once when it can', async () => {
  const { channel, visitor, shown, send } = await talk();
  let id = '';
  await bed.database.transaction({ tenants: [channel.tenantId] }, async (tx) => {
    await tx.query({
      text: 'select from web_visitor where address = $1 for update',
      values: [visitor.visitorId],
    });
    id = await send('here');
    const blocked = () =>
      tx.query<{ pid: number }>({
        text: 'select pid from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))',
      });
    await eventually('blocked', async () => (await blocked()).length > 0);
    expect(await storedOf(channel.tenantId)).toEqual([]);
    const [{ pid } = { pid: 0 }] = await blocked();
    await tx.query({ text: 'set local role none' });
    await tx.query({ text: 'select pg_terminate_backend($1::int)', values: [pid] });
  });
  await eventually('sent', () => statesOf(id).length > 0);
  await eventually('shown', () => shown().length > 0);
  expect([shown(), statesOf(id)]).toEqual([['here'], [sent]]);
  expect(await storedOf(channel.tenantId)).toMatchObject([{ message_id: id, state: sent, attempts: 1 }]);
  await visitor.close();
});
