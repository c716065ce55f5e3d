import { randomUUID } from 'node:crypto';
import type { BusRecord, Consumer, Outcome } from '@omnigate/bus';
import { MessageSend, type ResolvedChannel, topics } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { sanitizeText } from '@omnigate/runtime';
import type { ChannelAdapter, ProviderStatus } from '../adapter';
import type { AdapterServiceOptions } from '../adapter-service';
import { createChannelLog } from '../channel-log';
import { createProviderConnections } from '../provider-http';
import { type DirectSends, sendDirectly } from './direct';
import { createHeldDeliveries, type HeldDeliveries, type Holding, letTake } from './held';
import { insertDeliveries, type NewDelivery, type StoredSend } from './insert-deliveries';
import { createSendReport } from './send-report';
import { createSender } from './sender';
import { type DeliveryChannel, insertChannels } from './store';
import { createUpkeep } from './upkeep';

/** What deliveries need. */
export interface DeliveriesOptions extends Omit<AdapterServiceOptions, 'registry'> {
  adapterService: string;
  /** By channel type. */
  adapters: ReadonlyMap<string, ChannelAdapter>;
  /** For channels whose answers may go out on a connection that is held open. */
  holding?: Holding;
  /** For a channel whose wire is this service's database. */
  direct?: DirectSends;
}

/** The deliveries of one adapter service. */
export interface Deliveries {
  /** What connections that are held open may do with them. */
  held: HeldDeliveries;
  start(): Promise<void>;
  /** Claims no more, waits for what is on the wire and stores what came of it. */
  stop(): Promise<void>;
  /**
   * Applies what a provider reports of a channel's messages; durable when it resolves.
   * @throws AppError OVERLOADED, DATABASE_UNAVAILABLE
   */
  recordStatuses(channel: ResolvedChannel, statuses: readonly ProviderStatus[]): Promise<void>;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Under load, deliveries are taken no closer than this, in ms: a statement costs more than a row. */
const insertLingerMs = 30;

/** Makes the deliveries of an adapter service: the consumer that stores them, the sender, the receipts. */
export function createDeliveries(o: DeliveriesOptions): Deliveries {
  const { adapterService, bus, database, directory, logger, metrics, state } = o;
  const connections = createProviderConnections({ connections: o.sendsInFlight, fetchAllow: o.fetchAllow });
  const channelLog = createChannelLog({ bus, adapterService, logger });
  const report = createSendReport({ adapterService, channelLog, logger, metrics });
  const sender = createSender({
    database,
    bus,
    directory,
    state,
    wire: { ...o, connections },
    report,
    logger,
    sendsInFlight: o.sendsInFlight,
    exclusive: o.exclusive,
  });
  const upkeep = createUpkeep({ database, bus, sender, logger, exclusive: o.exclusive });
  const consumer: Consumer = bus.consume({
    lingerMs: insertLingerMs,
    group: adapterService,
    topics: [topics.messageSend(adapterService)],
    database,
    handle: (tx, records) => storeSends(tx, records),
  });
  const noted = new Set<string>();
  let unfollow = () => {};
  let stopping: Promise<void> | undefined;

  async function storeSends(tx: Transaction, records: readonly BusRecord[]): Promise<Outcome[]> {
    const read = records.map((record) => readSend(record, o));
    const sends = read.flatMap((each) => (each.stored ? [each.stored] : []));
    if (sends.length > 0) await store(tx, sends);
    return read.map((each) => each.outcome);
  }

  async function store(tx: Transaction, sends: readonly StoredSend[]): Promise<void> {
    const rows = sends.map(({ row }) => row);
    const claimedBy = randomUUID();
    const takes = letTake(rows, o.holding, claimedBy);
    // What is sent directly needs no slot.
    const slots = o.direct ? undefined : await sender.reserve(rows, claimedBy);
    if (rows.some((row) => row.claimedBy)) {
      tx.onFailed(() => {
        slots?.use(new Set());
        sender.release([{ claimedBy, tenants: [...tx.tenants] }]);
      });
    }
    const unnoted = countByChannel(rows).filter((channel) => !noted.has(channel.channelId));
    // They travel together; awaited together so that no failure is left alone.
    const [takenIds] = await Promise.all([
      insertDeliveries(tx, rows),
      unnoted.length > 0 ? insertChannels(tx, unnoted) : undefined,
      o.holding?.storing(tx, sends),
    ]);
    const taken = new Set(takenIds);
    const direct = sends.filter(({ row }) => row.direct && taken.has(row.messageId));
    if (o.direct && direct.length > 0) await sendDirectly({ direct: o.direct, bus, report }, tx, direct);
    tx.onCommitted(() => {
      for (const { channelId } of unnoted) noted.add(channelId);
      for (const messageId of takenIds) takes.get(messageId)?.();
      const gone = new Set([...direct.map(({ row }) => row), ...(slots?.use(taken) ?? [])]);
      leave(rows.filter((row) => !gone.has(row)));
    });
  }

  /** To the sender, and what is held to connections first. */
  function leave(rows: readonly NewDelivery[]): void {
    const [held, due] = [rows.filter((row) => row.heldMs), rows.filter((row) => !row.heldMs)];
    if (due.length > 0) sender.added(countByChannel(due));
    if (held.length === 0) return;
    sender.postponed(held);
    o.holding?.stored(held);
  }

  async function stop(): Promise<void> {
    unfollow();
    await consumer.stop();
    await upkeep.stop();
    await sender.stop();
    await connections.close();
  }

  return {
    held: createHeldDeliveries({ database, sender }),
    async start() {
      await upkeep.start();
      sender.start();
      await consumer.start();
      unfollow = directory.onChanged((change) => {
        if (change.kind === 'Channel') sender.resume(change.id);
      });
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    recordStatuses: (channel, statuses) =>
      sender.apply(
        statuses.map((status) => ({
          tenantId: channel.tenantId,
          channelId: channel.id,
          messageId: status.messageId && uuid.test(status.messageId) ? status.messageId : null,
          providerMessageId: sanitizeText(status.providerMessageId ?? ''),
          state: status.state,
          errorCode: sanitizeText(status.errorCode ?? ''),
          optedOut: status.optedOut ?? false,
          occurredTime: status.occurredTime ?? new Date(),
        })),
      ),
  };
}

/** A record as a row; a record that can't be one goes to the dead letters. */
function readSend(
  record: BusRecord,
  { holding, direct }: Pick<DeliveriesOptions, 'holding' | 'direct'>,
): { stored?: StoredSend; outcome: Outcome } {
  let send: MessageSend;
  try {
    send = MessageSend.decode(record.value);
  } catch (error) {
    return { outcome: { kind: 'deadLetter', code: 'PAYLOAD_MALFORMED', error } };
  }
  const { messageId, tenantId, channel } = send;
  if (!channel || !uuid.test(messageId) || !uuid.test(channel.id) || tenantId !== record.tenantId) {
    return { outcome: { kind: 'deadLetter', code: 'INVALID_ARGUMENT' } };
  }
  const row: NewDelivery = {
    tenantId,
    messageId,
    channelId: channel.id,
    channelType: channel.type,
    conversationId: send.conversationId,
    key: record.key,
    address: send.address,
    priority: send.priority,
    notAfter: send.notAfter ?? null,
    payload: record.value,
    traceparent: record.headers.traceparent,
    ...(holding ? { heldMs: holding.heldMs(send, record.key) } : {}),
    ...(direct ? { direct: direct.takes(send) } : {}),
  };
  return { stored: { row, send }, outcome: { kind: 'ok' } };
}

function countByChannel(rows: readonly NewDelivery[]): (DeliveryChannel & { count: number })[] {
  const counts = new Map<string, DeliveryChannel & { count: number }>();
  for (const { tenantId, channelId } of rows) {
    const known = counts.get(channelId) ?? { tenantId, channelId, count: 0 };
    known.count += 1;
    counts.set(channelId, known);
  }
  return [...counts.values()];
}
