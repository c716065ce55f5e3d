import type { MenuOption } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { AddressKey } from './contacts';
import type { ConversationKey } from './conversations';

/** Days in which a menu may be answered. */
const openDays = 7;
/** Of one customer; older ones are not answered any more. */
const menusAtMost = 20;

/** A menu as it is kept. */
export interface OfferedMenuRow extends ConversationKey {
  /** Of the notice. */
  id: string;
  /** Where the customer was told. */
  conversationId: string;
  /** Number of the message. */
  seq: number;
  options: readonly MenuOption[];
  answered: boolean;
}

/**
 * Notes that an address has a menu to answer, so that what comes from there is looked at.
 *
 * @param tx the transaction, before it locks conversations.
 * @param addresses those that exist, each once or more.
 */
export async function markOffered(tx: Queryable, addresses: readonly AddressKey[]): Promise<void> {
  if (addresses.length === 0) return;
  const nameOf = (key: AddressKey): string => `${key.tenantId} ${key.namespace} ${key.value}`;
  const once = new Map(addresses.map((key) => [nameOf(key), key]));
  const sorted = [...once.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, key]) => key);
  await tx.query({
    name: 'address-offered',
    text: `update address a set menu_until = now() + interval '${openDays} days'
      from (select a.tenant_id, a.namespace, a.value
        from unnest($1::uuid[], $2::text[], $3::text[]) with ordinality as k(tenant_id, namespace, value, place)
        cross join lateral (select * from address a where a.tenant_id = k.tenant_id and a.namespace = k.namespace
          and a.value = k.value for no key update) a
        order by k.place) k
      where (a.tenant_id, a.namespace, a.value) = (k.tenant_id, k.namespace, k.value)`,
    values: [
      sorted.map((key) => key.tenantId),
      sorted.map((key) => key.namespace),
      sorted.map((key) => key.value),
    ],
  });
}

/**
 * Keeps menus that are told.
 *
 * @param tx the transaction that holds their conversations' locks.
 * @param rows the menus.
 */
export async function insertMenus(tx: Queryable, rows: readonly OfferedMenuRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'offered-menu-insert',
    text: `insert into offered_menu (tenant_id, id, channel_id, address, thread_key, conversation_id, seq, options)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::text[])
      on conflict do nothing`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.id),
      rows.map((row) => row.channelId),
      rows.map((row) => row.address),
      rows.map((row) => row.threadKey),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.seq),
      rows.map((row) => JSON.stringify(row.options.map(({ id, label }) => ({ id, label })))),
    ],
  });
}

interface StoredRow {
  tenant_id: string;
  id: string;
  channel_id: string;
  address: string;
  thread_key: string;
  conversation_id: string;
  seq: number;
  options: string;
  answered: boolean;
}

/**
 * Finds the menus that may still be answered.
 *
 * @param tx where to look.
 * @param keys whose, each once.
 * @returns those of each, the newest first.
 */
export async function findMenus(tx: Queryable, keys: readonly ConversationKey[]): Promise<OfferedMenuRow[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<StoredRow>({
    name: 'offered-menu-find',
    text: `select m.*, m.answered_at is not null as answered
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality
        as k(tenant_id, channel_id, address, thread_key, place)
      cross join lateral (select * from offered_menu m where m.tenant_id = k.tenant_id and m.channel_id = k.channel_id
        and m.address = k.address and m.thread_key = k.thread_key
        and m.created_at > now() - interval '${openDays} days'
        order by m.created_at desc, m.seq desc limit ${menusAtMost}) m
      order by k.place, m.created_at desc, m.seq desc`,
    values: [
      keys.map((key) => key.tenantId),
      keys.map((key) => key.channelId),
      keys.map((key) => key.address),
      keys.map((key) => key.threadKey),
    ],
  });
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    id: row.id,
    channelId: row.channel_id,
    address: row.address,
    threadKey: row.thread_key,
    conversationId: row.conversation_id,
    seq: row.seq,
    options: JSON.parse(row.options) as MenuOption[],
    answered: row.answered,
  }));
}

/**
 * Notes that menus were answered.
 *
 * @param tx the transaction that holds the conversations in which they were.
 * @param menus which ones.
 */
export async function markAnswered(
  tx: Queryable,
  menus: readonly Pick<OfferedMenuRow, 'tenantId' | 'id'>[],
): Promise<void> {
  if (menus.length === 0) return;
  await tx.query({
    name: 'offered-menu-answered',
    text: `update offered_menu m set answered_at = now()
      from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id)
      where m.tenant_id = k.tenant_id and m.id = k.id and m.answered_at is null`,
    values: [menus.map((menu) => menu.tenantId), menus.map((menu) => menu.id)],
  });
}
