import {
  Content,
  ConversationOwner,
  ConversationState,
  DeliveryState,
  Direction,
  Media,
  PartyRole,
  PresenceState,
} from '@omnigate/contracts';
import type { Database, Statement, Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { ConversationRow } from '../../src/domain/conversation';
import { setPresence } from '../../src/store/agents';
import { recordConsents } from '../../src/store/consents';
import { resolveContacts } from '../../src/store/contacts';
import { insertConversations, saveConversations } from '../../src/store/conversations';
import { insertDeliveries } from '../../src/store/deliveries';
import { insertMessages } from '../../src/store/messages';
import { insertOffers, type OfferRow } from '../../src/store/offers';
import { insertQueueEntries } from '../../src/store/queue';
import { openWindows, reserveReplies } from '../../src/store/reply-windows';
import { beginTurns } from '../../src/store/turns';
import type { TestDirectory, TestTenant } from '../directory';
import { holder } from '../process';

/**
 * How the two conversations of a scene are:
 * - answering: the bot has them and its turns run; they are offered too, so that whatever ends offers finds some
 * - waiting: in a queue, offered to nobody; turns wait to be claimed
 * - lapsed: in a queue, offers and leases have run out
 * - resolved: the customers are known and have no open conversation
 * - unknown: nobody has written yet; people answer first
 */
export type SceneKind = 'answering' | 'waiting' | 'lapsed' | 'resolved' | 'unknown';

/** A message that a status may speak of. */
export interface SentMessage {
  messageId: string;
  conversation: ConversationRow;
}

/** Two conversations of a tenant of their own, and what operations need to act on both. */
export interface Scene extends TestTenant {
  kind: SceneKind;
  addresses: string[];
  conversations: ConversationRow[];
  /** Two messages that were sent in each conversation. */
  sent: SentMessage[];
  /** One message for each customer, sent in an earlier conversation. */
  sentEarlier: SentMessage[];
  /** One picture in each conversation that the bot has, still with the provider. */
  pictures: SentMessage[];
  offers: OfferRow[];
  /** Ids that several operations use, so that one repeats the other. */
  eventIds: string[];
  requestIds: string[];
  turnIds: string[];
  /** The items, for every other caller in reverse: operations take what they share in opposite orders. */
  turned<T>(items: readonly T[]): T[];
}

function conversationRow(
  { tenantId, channel }: TestTenant,
  kind: SceneKind,
  address: string,
): ConversationRow {
  const queued = kind !== 'answering';
  const { CONVERSATION_OWNER_BOT, CONVERSATION_OWNER_QUEUE } = ConversationOwner;
  const { CONVERSATION_STATE_OPEN, CONVERSATION_STATE_RESOLVED } = ConversationState;
  const now = new Date();
  return {
    tenantId,
    id: newId(),
    channelId: channel.id,
    address,
    threadKey: '',
    contactId: newId(),
    state: kind === 'resolved' ? CONVERSATION_STATE_RESOLVED : CONVERSATION_STATE_OPEN,
    owner: queued ? CONVERSATION_OWNER_QUEUE : CONVERSATION_OWNER_BOT,
    team: 'default',
    agentId: null,
    agent: '',
    language: 'en',
    inboundCount: 0,
    messageSeq: kind === 'answering' ? 1 : 0,
    seq: 0,
    dialogueState: '',
    handoff: null,
    queuedAt: queued ? now : null,
    createdAt: now,
    updatedAt: now,
    optedOut: false,
    rating: null,
  };
}

/**
 * Makes a scene; what earlier scenes left where all tenants' rows are seen is removed.
 * @param database routing's
 */
export async function makeScene(
  database: Database,
  directory: TestDirectory,
  kind: SceneKind,
): Promise<Scene> {
  const tenant = directory.addTenant({
    firstResponder: kind === 'unknown' ? 'people' : 'bot',
    conversationEvents: true,
    replyRules: [{ after: 'message', windowSeconds: 3_600, maxMessages: 0 }],
  });
  const addresses = ['+14155550101', '+14155550102'];
  const conversations =
    kind === 'unknown' ? [] : addresses.map((address) => conversationRow(tenant, kind, address));
  let calls = 0;
  const scene: Scene = {
    ...tenant,
    kind,
    addresses,
    conversations,
    sent: conversations.flatMap((conversation) => [1, 2].map(() => ({ messageId: newId(), conversation }))),
    sentEarlier:
      kind === 'answering'
        ? addresses.map((address) => ({
            messageId: newId(),
            conversation: conversationRow(tenant, 'resolved', address),
          }))
        : [],
    pictures:
      kind === 'answering' ? conversations.map((conversation) => ({ messageId: newId(), conversation })) : [],
    offers: [],
    eventIds: [newId(), newId()],
    requestIds: [newId(), newId()],
    turnIds: [newId(), newId()],
    turned: (items) => (calls++ % 2 === 0 ? [...items] : items.toReversed()),
  };
  await database.transaction({ tenants: [tenant.tenantId] }, (tx) => store(tx, scene));
  return scene;
}

async function store(tx: Transaction, scene: Scene): Promise<void> {
  const { tenantId, tenant, conversations, kind } = scene;
  const cleared = ['turn', 'queue_entry', 'offer_deadline'].map((text) =>
    tx.query({ text: `delete from ${text}` }),
  );
  const present = tenant.agents.map(({ id, name }) =>
    setPresence(tx, { tenantId, agentId: id, agent: name, state: PresenceState.PRESENCE_STATE_ONLINE }),
  );
  await Promise.all([...cleared, ...present]);
  await openWindows(
    tx,
    scene.addresses.map((address) => ({
      ...{ tenantId, channelId: scene.channel.id, address, after: 'message' },
      ...{ windowSeconds: 3_600, maxMessages: 0, occurredAt: new Date() },
    })),
  );
  if (kind === 'unknown') return;
  await resolveContacts(
    tx,
    scene.addresses.map((value) => ({ tenantId, namespace: 'phone', value, name: '' })),
  );
  await insertConversations(tx, [...conversations, ...scene.sentEarlier.map((sent) => sent.conversation)]);
  if (kind === 'resolved') return;
  await saveConversations(tx, conversations);
  await recordConsents(
    tx,
    conversations.map((row) => ({ ...row, source: 'customer', messageId: null })),
  );
  await storePictures(tx, scene);
  await storeSent(tx, scene);
  await storeWaiting(tx, scene);
}

async function storePictures(tx: Transaction, { tenantId, pictures }: Scene): Promise<void> {
  const media = Media.fromPartial({ providerUrl: 'https://provider.example/1' });
  const content = Content.encode({ kind: { $case: 'image', value: media } }).finish();
  const said = {
    direction: Direction.DIRECTION_INBOUND,
    role: PartyRole.PARTY_ROLE_CUSTOMER,
    senderName: '',
  };
  const now = new Date();
  await insertMessages(
    tx,
    pictures.map(({ messageId, conversation }) => ({
      ...{ ...said, tenantId, conversationId: conversation.id, seq: 1, id: messageId, content },
      ...{ senderAddress: conversation.address, attachments: null, providerMessageId: '' },
      ...{ occurredAt: now, createdAt: now },
    })),
  );
}

async function storeSent(tx: Transaction, scene: Scene): Promise<void> {
  const deliveries = [...scene.sent, ...scene.sentEarlier].map(({ messageId, conversation }) => ({
    tenantId: scene.tenantId,
    messageId,
    conversationId: conversation.id,
    messageSeq: 0,
    channelId: conversation.channelId,
    address: conversation.address,
    state: DeliveryState.DELIVERY_STATE_QUEUED,
    errorCode: '',
    createdAt: new Date(),
  }));
  await reserveReplies(
    tx,
    deliveries.map((row) => ({ ...row, after: 'message' })),
  );
  await insertDeliveries(tx, deliveries);
}

async function storeWaiting(tx: Transaction, scene: Scene): Promise<void> {
  const { tenantId, conversations, kind, turnIds, tenant } = scene;
  const common = conversations.map((row) => ({ tenantId, conversationId: row.id, team: row.team }));
  const turns = common.map((row, index) => ({ ...row, id: turnIds[index] ?? '', fromSeq: 1, coversSeq: 1 }));
  await beginTurns(
    tx,
    turns.map((turn) => ({ ...turn, running: kind !== 'waiting' })),
    holder,
  );
  await insertQueueEntries(
    tx,
    common.map((row) => ({ ...row, priority: 1, queuedAt: new Date() })),
  );
  // The second customer wrote on while the bot was thinking.
  await tx.query({ text: 'update turn set rerun = true where id = $1', values: [turnIds[1]] });
  if (kind === 'waiting') return;
  const [agent] = tenant.agents;
  const asked = {
    agentId: agent?.id ?? '',
    agent: agent?.name ?? '',
    seconds: kind === 'lapsed' ? -1 : 3_600,
  };
  scene.offers = await insertOffers(
    tx,
    common.map((row) => ({ ...row, ...asked, id: newId() })),
  );
  if (kind === 'lapsed')
    await tx.query({ text: "update turn set lease_until = now() - interval '1 second'" });
}

/** Statements that lock, one for each conversation, what operations meet; a superuser runs them. */
export const obstacles = {
  inboundKey: inserting('inbound_key (tenant_id, channel_id, event_id)', (scene) =>
    scene.eventIds.map((id) => [scene.tenantId, scene.channel.id, id]),
  ),
  request: inserting('request (tenant_id, request_id, payload_hash, response)', (scene) =>
    scene.requestIds.map((id) => [scene.tenantId, id, '', '']),
  ),
  address: inserting('address (tenant_id, namespace, value, contact_id)', (scene) =>
    scene.addresses.map((address) => [scene.tenantId, 'phone', address, newId()]),
  ),
  openConversation: inserting(
    'conversation (tenant_id, id, channel_id, address, thread_key, contact_id, state, owner, team)',
    (scene) =>
      scene.addresses.map((address) => [
        ...[scene.tenantId, newId(), scene.channel.id, address, '', newId()],
        ...[1, 1, ''],
      ]),
  ),
  conversation: locking('conversation', 'id'),
  turn: locking('turn', 'conversation_id'),
  offer: locking('offer', 'conversation_id'),
  queueEntry: locking('queue_entry', 'conversation_id'),
  delivery: locking('delivery', 'conversation_id'),
  replyWindow: (scene: Scene): Statement[] =>
    scene.addresses.map((address) => ({
      text: 'select from routing.reply_window where tenant_id = $1 and address = $2 for no key update',
      values: [scene.tenantId, address],
    })),
  consent: (scene: Scene): Statement[] =>
    scene.addresses.map((address) => ({
      text: 'select from routing.consent where tenant_id = $1 and address = $2 for no key update',
      values: [scene.tenantId, address],
    })),
  agent: (scene: Scene): Statement[] =>
    scene.tenant.agents.map(({ id }) => ({
      text: 'select from routing.agent_presence where tenant_id = $1 and agent_id = $2 for no key update',
      values: [scene.tenantId, id],
    })),
  busHead: (): Statement[] =>
    [0, 1].map((parity) => ({
      text: 'select from bus.head where topic_id % 2 = $1 order by topic_id, partition for no key update',
      values: [parity],
    })),
};

/** What stands in the way of an operation. */
export type Obstacle = keyof typeof obstacles;

function locking(table: string, column: string) {
  return (scene: Scene): Statement[] =>
    scene.conversations.map(({ id }) => ({
      text: `select from routing.${table} where tenant_id = $1 and ${column} = $2 for no key update`,
      values: [scene.tenantId, id],
    }));
}

function inserting(columns: string, rows: (scene: Scene) => unknown[][]) {
  return (scene: Scene): Statement[] =>
    rows(scene).map((values) => ({
      text: `insert into routing.${columns} values (${values.map((_, index) => `$${index + 1}`).join(', ')})`,
      values,
    }));
}
