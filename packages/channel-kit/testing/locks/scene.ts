import { randomUUID } from 'node:crypto';
import { DeliveryState } from '@omnigate/contracts';
import type { Database, Statement, Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import { insertDeliveries, type NewDelivery } from '../../src/delivery/insert-deliveries';
import { applyReceipts, type StoredReceipt } from '../../src/delivery/receipt-store';
import { insertChannels } from '../../src/delivery/store';

/** One kind of scene is enough: its deliveries are in all states. */
export type SceneKind = 'sending';

/** Deliveries of one channel to two customers, of each kind one for each. */
export interface Scene {
  tenantId: string;
  channelId: string;
  /** The claim of those on the wire. */
  claimedBy: string;
  /** The claim that nobody knows the end of. */
  lostClaim: string;
  /** On the wire. */
  sending: NewDelivery[];
  /** With the provider, whose ids are their own. */
  sent: NewDelivery[];
  /** On the wire for too long. */
  late: NewDelivery[];
  lost: NewDelivery[];
  queued: NewDelivery[];
  /** Not stored yet. */
  coming: NewDelivery[];
  /** The items, for every other caller in reverse: operations take what they share in opposite orders. */
  turned<T>(items: readonly T[]): T[];
}

function deliveryTo(tenantId: string, channelId: string, address: string): NewDelivery {
  return {
    tenantId,
    messageId: newId(),
    channelId,
    channelType: 'sms-test',
    conversationId: newId(),
    key: `${channelId}|${address}|${newId()}`,
    address,
    priority: 0,
    notAfter: null,
    payload: Buffer.from('payload'),
  };
}

/** Makes a scene; channels of earlier scenes are forgotten. */
export async function makeScene(database: Database): Promise<Scene> {
  const [tenantId, channelId] = [newId(), newId()];
  const toBoth = () =>
    ['+14155550101', '+14155550102'].map((address) => deliveryTo(tenantId, channelId, address));
  let calls = 0;
  const scene: Scene = {
    tenantId,
    channelId,
    claimedBy: randomUUID(),
    lostClaim: randomUUID(),
    sending: toBoth(),
    sent: toBoth(),
    late: toBoth(),
    lost: toBoth(),
    queued: toBoth(),
    coming: toBoth(),
    turned: (items) => (calls++ % 2 === 0 ? [...items] : items.toReversed()),
  };
  await database.transaction({ tenants: [tenantId] }, (tx) => store(tx, scene));
  return scene;
}

async function store(tx: Transaction, scene: Scene): Promise<void> {
  const { sending, sent, late, lost, queued, tenantId, channelId } = scene;
  await tx.query({ text: 'delete from delivery_channel' });
  await insertDeliveries(tx, [...sending, ...sent, ...late, ...lost, ...queued]);
  await insertChannels(tx, [{ tenantId, channelId }]);
  await put(
    tx,
    sending,
    `state = 2, claimed_by = '${scene.claimedBy}', claim_until = now() + interval '1 hour'`,
  );
  await put(
    tx,
    lost,
    `state = 2, claimed_by = '${scene.lostClaim}', claim_until = now() + interval '1 hour'`,
  );
  await put(tx, late, "state = 2, claimed_by = gen_random_uuid(), claim_until = now() - interval '1 second'");
  await applyReceipts(tx, [...early(scene, sending), ...early(scene, sent)]);
  // Their ids become known where the early receipts were not looked for.
  await put(tx, sent, 'state = 4, provider_message_id = address');
}

function put(tx: Transaction, rows: readonly NewDelivery[], values: string): Promise<unknown> {
  return tx.query({
    text: `update delivery set ${values} where message_id = any($1::uuid[])`,
    values: [rows.map((row) => row.messageId)],
  });
}

/** Receipts that know no more than the provider's id. */
function early(scene: Scene, rows: readonly NewDelivery[]): StoredReceipt[] {
  return rows.map((row) => ({
    ...receiptOf(scene, row),
    messageId: null,
    providerMessageId: scene.sent.includes(row) ? row.address : providerIdOf(row),
  }));
}

/** The id that the provider gives a delivery on the wire. */
export const providerIdOf = (delivery: NewDelivery): string => `SM${delivery.messageId}`;

/** A receipt that names our id. */
export function receiptOf({ tenantId, channelId }: Scene, { messageId }: NewDelivery): StoredReceipt {
  return {
    tenantId,
    channelId,
    messageId,
    providerMessageId: '',
    state: DeliveryState.DELIVERY_STATE_DELIVERED,
    errorCode: '',
    optedOut: false,
    occurredTime: new Date(),
  };
}

const locking = (rows: (scene: Scene) => readonly NewDelivery[]) => (scene: Scene) =>
  rows(scene).map(
    ({ tenantId, messageId }): Statement => ({
      text: 'select from kit.delivery where tenant_id = $1 and message_id = $2 for no key update',
      values: [tenantId, messageId],
    }),
  );

/** Statements that lock, one for each customer, what operations meet; a superuser runs them. */
export const obstacles = {
  sending: locking((scene) => scene.sending),
  sent: locking((scene) => scene.sent),
  lost: locking((scene) => scene.lost),
  earlyReceipt: (scene: Scene): Statement[] =>
    [...scene.sending.map(providerIdOf), ...scene.sent.map((row) => row.address)].map((id) => ({
      text: 'select from kit.early_receipt where tenant_id = $1 and provider_message_id = $2 for update',
      values: [scene.tenantId, id],
    })),
  coming: (scene: Scene): Statement[] =>
    scene.coming.map(({ tenantId, messageId }) => ({
      text: `insert into kit.delivery (tenant_id, message_id, channel_id, channel_type, conversation_id, key, address, priority)
        values ($1, $2, $2, '', '', '', '', 0)`,
      values: [tenantId, messageId],
    })),
  busHead: (): Statement[] =>
    [0, 1].map((parity) => ({
      text: 'select from bus.head where topic_id % 2 = $1 order by topic_id, partition for no key update',
      values: [parity],
    })),
};

/** What stands in the way of an operation. */
export type Obstacle = keyof typeof obstacles;
