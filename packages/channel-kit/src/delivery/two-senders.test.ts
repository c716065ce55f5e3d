import { busSchema, createPostgresBus } from '@omnigate/bus';
import { MessageSend, ResolvedChannel } from '@omnigate/contracts';
import { createDatabase } from '@omnigate/database';
import { createDirectoryMediaStore, createMediaLinks, mediaLinkKey } from '@omnigate/media';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { createLocalState } from '@omnigate/state';
import { freshDatabase } from '@omnigate/testkit';
import type { ChannelAdapter, SendRequest } from '../adapter';
import { createProviderConnections } from '../provider-http';
import { insertDeliveries, type NewDelivery } from './insert-deliveries';
import { deliveryMigrations, deliveryUnscopedTables } from './schema';
import { createSendReport } from './send-report';
import { createSender } from './sender';

const kitSchema = {
  schema: 'kit',
  role: 'omnigate_kit',
  migrations: deliveryMigrations,
  unscopedTables: deliveryUnscopedTables,
};
const logger = createLogger({ service: 'two-senders-test', level: 'silent' });
const tenantId = newId();
const channel = ResolvedChannel.fromPartial({ id: newId(), tenantId, type: 'held', maxPerSecond: 10_000 });

/** An adapter whose sends wait until they are let go. */
function heldAdapter() {
  const sent: string[] = [];
  const letGo: (() => void)[] = [];
  const adapter = {
    manifest: { type: 'held' },
    async send({ messageId }: SendRequest) {
      sent.push(messageId);
      await new Promise<void>((resolve) => letGo.push(resolve));
      return { kind: 'sent', providerMessageId: messageId };
    },
  } as unknown as ChannelAdapter;
  return { adapter, sent, letGoAll: () => letGo.splice(0).forEach((go) => void go()) };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const one = [{ tenantId, channelId: channel.id, count: 1 }];

/** Two processes that send for one channel. */
async function openTwo() {
  const fresh = await freshDatabase([busSchema, kitSchema]);
  const opened: (() => Promise<void>)[] = [fresh.drop];
  const openSender = async () => {
    const { schema, role } = kitSchema;
    const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
    const bus = createPostgresBus({ url: fresh.url, logger, metrics: createMetrics() });
    await bus.start();
    const provider = heldAdapter();
    const connections = createProviderConnections();
    const sender = createSender({
      database,
      bus,
      directory: { peekChannel: () => channel, channel: async () => channel },
      state: createLocalState(),
      wire: {
        adapters: new Map([['held', provider.adapter]]),
        connections,
        publicUrl: '',
        logger,
        media: createDirectoryMediaStore({ folder: 'never-made' }),
        mediaLinks: createMediaLinks({ key: mediaLinkKey('test'), publicUrl: '' }),
      },
      report: createSendReport({
        adapterService: 'kit',
        channelLog: { record: () => undefined },
        logger,
        metrics: createMetrics(),
      }),
      logger,
      sendsInFlight: 4,
      exclusive: false,
    });
    sender.start();
    opened.push(async () => {
      provider.letGoAll();
      await sender.stop();
      await connections.close();
      await bus.stop();
      await database.end();
    });
    return { sender, database, ...provider };
  };
  const [here, there] = [await openSender(), await openSender()];
  const store = (messageId: string, more: Partial<NewDelivery> = {}) =>
    here.database.transaction({ tenants: [tenantId] }, (tx) =>
      insertDeliveries(tx, [
        {
          tenantId,
          messageId,
          channelId: channel.id,
          channelType: 'held',
          conversationId: newId(),
          key: `${channel.id}|customer|`,
          address: 'customer',
          priority: 0,
          notAfter: null,
          payload: MessageSend.encode(
            MessageSend.fromPartial({
              messageId,
              tenantId,
              content: { kind: { $case: 'text', value: { body: 'hello' } } },
            }),
          ).finish(),
          ...more,
        },
      ]),
    );
  const close = async () => {
    for (const each of opened.reverse()) await each();
  };
  return { here, there, store, close };
}

test('what waits behind another process’s send goes when that has ended', async () => {
  const { here, there, store, close } = await openTwo();
  const [first, second] = [newId(), newId()];
  await store(first);
  there.sender.added(one);
  await until(() => there.sent.length === 1);
  await store(second);
  here.sender.added(one);
  // Long enough for a claim that finds nothing: the first is on the other's wire.
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect([...here.sent, ...there.sent]).toEqual([first]);
  there.letGoAll();
  await until(() => here.sent.length + there.sent.length === 2);
  expect(here.sent).toEqual([second]);
  await close();
}, 20_000);

test('what was claimed as it was stored, for a connection that never got it, is given back and sent', async () => {
  const { here, store, close } = await openTwo();
  const [messageId, claimedBy] = [newId(), newId()];
  expect(await store(messageId, { heldMs: 1, claimedBy })).toEqual([messageId]);
  // Behind it nothing is claimed, whoever asks.
  expect(await store(newId(), { heldMs: 60_000, claimedBy: newId() })).toEqual([]);
  here.sender.look(one);
  here.sender.release([{ claimedBy, tenants: [tenantId] }]);
  await until(() => here.sent.length === 1);
  expect(here.sent).toEqual([messageId]);
  await close();
}, 20_000);
