import { ConversationState } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { ConversationRow } from '../domain/conversation';
import { packBytes } from './packed';

/** Where a conversation lives; at most one is open for each. */
export interface ConversationKey {
  tenantId: string;
  channelId: string;
  address: string;
  threadKey: string;
}

interface StoredRow {
  tenant_id: string;
  id: string;
  channel_id: string;
  address: string;
  thread_key: string;
  contact_id: string;
  state: number;
  owner: number;
  team: string;
  agent_id: string | null;
  agent: string;
  language: string;
  inbound_count: number;
  message_seq: number;
  seq: number;
  dialogue_state: string;
  handoff: Buffer | null;
  queued_at: Date | null;
  created_at: Date;
  updated_at: Date;
  rating_score: number | null;
  rating_comment: string;
}

function fromStored(row: StoredRow): Omit<ConversationRow, 'optedOut'> {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    channelId: row.channel_id,
    address: row.address,
    threadKey: row.thread_key,
    contactId: row.contact_id,
    state: row.state,
    owner: row.owner,
    team: row.team,
    agentId: row.agent_id,
    agent: row.agent,
    language: row.language,
    inboundCount: row.inbound_count,
    messageSeq: row.message_seq,
    seq: row.seq,
    dialogueState: row.dialogue_state,
    handoff: row.handoff,
    queuedAt: row.queued_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    rating: row.rating_score === null ? null : { score: row.rating_score, comment: row.rating_comment },
  };
}

const columns = `c.tenant_id, c.id, c.channel_id, c.address, c.thread_key, c.contact_id, c.state, c.owner, c.team,
  c.agent_id, c.agent, c.language, c.inbound_count, c.message_seq, c.seq, c.dialogue_state, c.handoff, c.queued_at,
  c.created_at, c.updated_at, c.rating_score, c.rating_comment`;
// Sub-selects that lock or are limited can't be turned around: each row is one look-up by index, in the order of i.
const lockedById = `cross join lateral (
    select * from conversation c where c.tenant_id = i.tenant_id and c.id = i.id for no key update) c`;
const optOutOf = (row: string): string => `cross join lateral (select opted_out from consent
    where tenant_id = ${row}.tenant_id and channel_id = ${row}.channel_id and address = ${row}.address limit 1) o`;

type OptOut = Pick<StoredRow, 'tenant_id' | 'channel_id' | 'address'>;

const optOutKey = (row: OptOut): string => `${row.tenant_id} ${row.channel_id} ${row.address}`;

/**
 * Puts rows and the ledger together. The ledger is read by a statement of its own, issued behind the one that locks: a
 * statement sees what was committed when it began, and so not what the holder of a lock that it waited for has written.
 */
async function withLedger(
  rows: Promise<StoredRow[]>,
  optOuts: Promise<OptOut[]>,
): Promise<ConversationRow[]> {
  const [found, optedOut] = await Promise.all([rows, optOuts]);
  const keys = new Set(optedOut.map(optOutKey));
  return found.map((row) => ({ ...fromStored(row), optedOut: keys.has(optOutKey(row)) }));
}

/**
 * Locks the open conversations of some keys, and others by id, in the order of their ids.
 *
 * @param tx the transaction that will hold them.
 * @param keys where to look, each once.
 * @param others conversations that are wanted whatever their state, each once.
 * @returns the rows that exist.
 */
export async function lockOpenConversations(
  tx: Queryable,
  keys: readonly ConversationKey[],
  others: readonly ConversationId[] = [],
): Promise<ConversationRow[]> {
  if (keys.length === 0) return lockConversations(tx, others);
  const values = [
    keys.map((key) => key.tenantId),
    keys.map((key) => key.channelId),
    keys.map((key) => key.address),
    keys.map((key) => key.threadKey),
  ];
  const alone = others.length === 0;
  const otherIds = [others.map((id) => id.tenantId), others.map((id) => id.conversationId)];
  const locked = tx.query<StoredRow>({
    name: alone ? 'conversation-lock-open' : 'conversation-lock-open-and-others',
    text: `select ${columns}
      from (select f.tenant_id, f.id
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as k(tenant_id, channel_id, address, thread_key)
        cross join lateral (select tenant_id, id from conversation c where c.tenant_id = k.tenant_id
          and c.channel_id = k.channel_id and c.address = k.address and c.thread_key = k.thread_key and c.state = 1
          limit 1) f
        ${alone ? '' : 'union select tenant_id, id from unnest($5::uuid[], $6::uuid[]) as o(tenant_id, id)'}
        order by tenant_id, id) i
      ${lockedById}`,
    values: alone ? values : [...values, ...otherIds],
  });
  const optOuts = tx.query<OptOut>({
    name: 'conversation-ledger-open',
    text: `select k.tenant_id, k.channel_id, k.address
      from unnest($1::uuid[], $2::uuid[], $3::text[]) as k(tenant_id, channel_id, address) ${optOutOf('k')}
      where o.opted_out`,
    values: values.slice(0, 3),
  });
  const rows = await withLedger(locked, optOuts);
  // Said in SQL, it would let the planner take the index of open conversations, by the tenant alone, for the second look.
  const wanted = new Set(others.map((id) => id.conversationId));
  return rows.filter((row) => row.state === ConversationState.CONVERSATION_STATE_OPEN || wanted.has(row.id));
}

/** A conversation by its primary key. */
export interface ConversationId {
  tenantId: string;
  conversationId: string;
}

async function byIds(
  tx: Queryable,
  ids: readonly ConversationId[],
  lock: boolean,
): Promise<ConversationRow[]> {
  if (ids.length === 0) return [];
  const values = [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)];
  const rows = tx.query<StoredRow>({
    name: lock ? 'conversation-lock' : 'conversation-read',
    text: `select ${columns}
      from (select * from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id) order by tenant_id, id) i
      ${lock ? lockedById : 'join conversation c on c.tenant_id = i.tenant_id and c.id = i.id'}
      order by i.tenant_id, i.id`,
    values,
  });
  const optOuts = tx.query<OptOut>({
    name: 'conversation-ledger',
    text: `select c.tenant_id, c.channel_id, c.address from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id)
      join conversation c on c.tenant_id = k.tenant_id and c.id = k.id ${optOutOf('c')} where o.opted_out`,
    values,
  });
  return withLedger(rows, optOuts);
}

/**
 * Locks conversations by id, in the order of their ids.
 *
 * @param tx the transaction that will hold them.
 * @param ids the conversations, each once.
 * @returns the rows that exist and belong to the transaction's tenants.
 */
export function lockConversations(tx: Queryable, ids: readonly ConversationId[]): Promise<ConversationRow[]> {
  return byIds(tx, ids, true);
}

/**
 * Reads conversations by id.
 *
 * @param tx where to read.
 * @param ids the conversations, each once.
 * @returns the rows that exist and belong to the transaction's tenants.
 */
export function readConversations(tx: Queryable, ids: readonly ConversationId[]): Promise<ConversationRow[]> {
  return byIds(tx, ids, false);
}

const openKey = (key: ConversationKey): string =>
  `${key.tenantId} ${key.channelId} ${key.address} ${key.threadKey}`;

/**
 * Opens conversations; another transaction may have been quicker.
 *
 * @param tx the transaction that holds the new rows.
 * @param rows the rows wanted.
 * @returns ids of the rows that were opened.
 */
export async function insertConversations(
  tx: Queryable,
  rows: readonly ConversationRow[],
): Promise<Set<string>> {
  // By the key that another transaction may be inserting: whoever waits holds only earlier ones.
  const sorted = [...rows].sort((a, b) => (openKey(a) < openKey(b) ? -1 : 1));
  const inserted = await tx.query<{ id: string }>({
    name: 'conversation-insert',
    text: `insert into conversation
        (tenant_id, id, channel_id, address, thread_key, contact_id, state, owner, team, language, created_at, updated_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::smallint[],
        $8::smallint[], $9::text[], $10::text[], $11::timestamptz[], $11::timestamptz[])
      on conflict (tenant_id, channel_id, address, thread_key) where state = 1 do nothing
      returning id`,
    values: [
      sorted.map((row) => row.tenantId),
      sorted.map((row) => row.id),
      sorted.map((row) => row.channelId),
      sorted.map((row) => row.address),
      sorted.map((row) => row.threadKey),
      sorted.map((row) => row.contactId),
      sorted.map((row) => row.state),
      sorted.map((row) => row.owner),
      sorted.map((row) => row.team),
      sorted.map((row) => row.language),
      sorted.map((row) => row.createdAt),
    ],
  });
  return new Set(inserted.map((row) => row.id));
}

/**
 * Writes locked conversations back.
 *
 * @param tx the transaction that holds their locks.
 * @param rows the rows as they are to be.
 */
export async function saveConversations(tx: Queryable, rows: readonly ConversationRow[]): Promise<void> {
  if (rows.length === 0) return;
  const handoffs = packBytes(rows.map((row) => row.handoff));
  await tx.query({
    name: 'conversation-save',
    text: `update conversation c set state = k.state, owner = k.owner, team = k.team, agent_id = k.agent_id, agent = k.agent,
        language = k.language, inbound_count = k.inbound_count, message_seq = k.message_seq, seq = k.seq,
        dialogue_state = k.dialogue_state, handoff = substring($12::bytea from k.start for k.length),
        queued_at = k.queued_at, updated_at = k.updated_at
      from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::smallint[], $5::text[], $6::uuid[], $7::text[], $8::text[],
        $9::int[], $10::int[], $11::int[], $13::int[], $14::int[], $15::timestamptz[], $16::timestamptz[], $17::text[])
        as k(tenant_id, id, state, owner, team, agent_id, agent, language, inbound_count, message_seq, seq, start, length,
          queued_at, updated_at, dialogue_state)
      where c.tenant_id = k.tenant_id and c.id = k.id`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.id),
      rows.map((row) => row.state),
      rows.map((row) => row.owner),
      rows.map((row) => row.team),
      rows.map((row) => row.agentId),
      rows.map((row) => row.agent),
      rows.map((row) => row.language),
      rows.map((row) => row.inboundCount),
      rows.map((row) => row.messageSeq),
      rows.map((row) => row.seq),
      handoffs.blob,
      handoffs.starts,
      handoffs.lengths,
      rows.map((row) => row.queuedAt),
      rows.map((row) => row.updatedAt),
      rows.map((row) => row.dialogueState),
    ],
  });
}

/**
 * Stores what customers thought of conversations.
 *
 * @param tx the transaction that holds their locks.
 * @param rows conversations that have a rating.
 */
export async function saveRatings(tx: Queryable, rows: readonly ConversationRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'conversation-rate',
    text: `update conversation c set rating_score = k.score, rating_comment = k.comment
      from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[]) as k(tenant_id, id, score, comment)
      where c.tenant_id = k.tenant_id and c.id = k.id`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.id),
      rows.map((row) => row.rating?.score),
      rows.map((row) => row.rating?.comment),
    ],
  });
}
