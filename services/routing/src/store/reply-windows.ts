import type { Queryable } from '@omnigate/database';
import type { ReplyWindow } from '../domain/reply-window';

/** Whose windows to look at. */
export interface ReplyAddress {
  tenantId: string;
  channelId: string;
  address: string;
}

/** A window that something a customer did opens, or opens anew. */
export interface WindowOpening extends ReplyAddress {
  after: string;
  windowSeconds: number;
  maxMessages: number;
  /** When the customer did it; what lies in the future counts from now. */
  occurredAt: Date;
}

/** What a message was reserved in. */
export interface ReplyReservation extends ReplyAddress {
  messageId: string;
  after: string;
}

/** The end of a reservation, from what became of the message. */
export interface ReservationEnd {
  tenantId: string;
  messageId: string;
  state: 'spent' | 'released';
  /** The provider takes no more by the windows that were open when the message was reserved. */
  windowClosed: boolean;
}

/**
 * Names an address among those of one transaction.
 *
 * @param address the address.
 * @returns a text that no other address has.
 */
export const replyAddressName = ({ tenantId, channelId, address }: ReplyAddress): string =>
  `${tenantId} ${channelId} ${address}`;

const byName = (a: ReplyAddress & { after?: string }, b: ReplyAddress & { after?: string }): number =>
  `${replyAddressName(a)} ${a.after}` < `${replyAddressName(b)} ${b.after}` ? -1 : 1;

/**
 * Opens windows. What is still reserved in a window counts in the new one too: it will be sent by that.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param openings of one window the latest counts.
 */
export async function openWindows(tx: Queryable, openings: readonly WindowOpening[]): Promise<void> {
  if (openings.length === 0) return;
  const latest = new Map<string, WindowOpening>();
  for (const opening of openings.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime()))
    latest.set(`${replyAddressName(opening)} ${opening.after}`, opening);
  const rows = [...latest.values()].sort(byName);
  await tx.query({
    name: 'reply-window-open',
    text: `insert into reply_window as w (tenant_id, channel_id, address, after, opened_at, closes_at, max_messages)
      select k.tenant_id, k.channel_id, k.address, k.after, least(k.occurred_at, now()),
        least(k.occurred_at, now()) + k.seconds * interval '1 second', k.max_messages
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::timestamptz[])
        as k(tenant_id, channel_id, address, after, seconds, max_messages, occurred_at)
      on conflict (tenant_id, channel_id, address, after) do update set
        number = w.number + 1, opened_at = excluded.opened_at, closes_at = excluded.closes_at,
        max_messages = excluded.max_messages,
        used = (select count(*) from reply_reservation r where r.tenant_id = w.tenant_id
          and r.channel_id = w.channel_id and r.address = w.address and r.after = w.after and r.state = 'reserved')
      where excluded.opened_at >= w.opened_at`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.channelId),
      rows.map((row) => row.address),
      rows.map((row) => row.after),
      rows.map((row) => row.windowSeconds),
      rows.map((row) => row.maxMessages),
      rows.map((row) => row.occurredAt),
    ],
  });
}

interface StoredRow {
  tenant_id: string;
  channel_id: string;
  address: string;
  after: string;
  open: boolean;
  closes_at: Date;
  max_messages: number;
  used: number;
}

/**
 * Locks the windows of addresses.
 *
 * @param tx the transaction that will hold them.
 * @param addresses whose, each once or more.
 * @returns the windows by `replyAddressName`; an address has an entry though it has none.
 */
export function lockWindows(
  tx: Queryable,
  addresses: readonly ReplyAddress[],
): Promise<Map<string, ReplyWindow[]>> {
  return windowsOf(tx, addresses, true);
}

/**
 * Reads the windows of addresses, to choose among them; what is sent by one is decided under its lock.
 *
 * @param tx where to read.
 * @param addresses whose, each once or more.
 * @returns the windows by `replyAddressName`; an address has an entry though it has none.
 */
export function readWindows(
  tx: Queryable,
  addresses: readonly ReplyAddress[],
): Promise<Map<string, ReplyWindow[]>> {
  return windowsOf(tx, addresses, false);
}

async function windowsOf(
  tx: Queryable,
  addresses: readonly ReplyAddress[],
  lock: boolean,
): Promise<Map<string, ReplyWindow[]>> {
  const wanted = new Map(addresses.map((address) => [replyAddressName(address), address]));
  const windows = new Map<string, ReplyWindow[]>([...wanted.keys()].map((name) => [name, []]));
  if (wanted.size === 0) return windows;
  const sorted = [...wanted.values()].sort(byName);
  const rows = await tx.query<StoredRow>({
    name: lock ? 'reply-window-lock' : 'reply-window-read',
    text: `select w.tenant_id, w.channel_id, w.address, w.after, w.closes_at > now() as open, w.closes_at,
        w.max_messages, w.used
      from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as k(tenant_id, channel_id, address, place)
      cross join lateral (select * from reply_window w where w.tenant_id = k.tenant_id and w.channel_id = k.channel_id
        and w.address = k.address order by w.after ${lock ? 'for no key update' : ''}) w
      order by k.place, w.after`,
    values: [
      sorted.map((address) => address.tenantId),
      sorted.map((address) => address.channelId),
      sorted.map((address) => address.address),
    ],
  });
  for (const row of rows) {
    const window = fromStored(row);
    windows.get(replyAddressName(window))?.push(window);
  }
  return windows;
}

const fromStored = (row: StoredRow): ReplyWindow => ({
  tenantId: row.tenant_id,
  channelId: row.channel_id,
  address: row.address,
  after: row.after,
  open: row.open,
  closesAt: row.closes_at,
  maxMessages: row.max_messages,
  used: row.used,
});

/**
 * Keeps what messages were reserved in.
 *
 * @param tx the transaction that holds the windows' locks and sends the messages.
 * @param rows the messages.
 */
export async function reserveReplies(tx: Queryable, rows: readonly ReplyReservation[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'reply-reserve',
    text: `with kept as (
        insert into reply_reservation (tenant_id, message_id, channel_id, address, after, number)
        select k.tenant_id, k.message_id, k.channel_id, k.address, k.after, w.number
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
          as k(tenant_id, message_id, channel_id, address, after)
        join reply_window w using (tenant_id, channel_id, address, after)
        returning tenant_id, channel_id, address, after
      )
      update reply_window w set used = w.used + k.count
      from (select tenant_id, channel_id, address, after, count(*)::int from kept group by 1, 2, 3, 4) k
      where (w.tenant_id, w.channel_id, w.address, w.after) = (k.tenant_id, k.channel_id, k.address, k.after)`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.messageId),
      rows.map((row) => row.channelId),
      rows.map((row) => row.address),
      rows.map((row) => row.after),
    ],
  });
}

/**
 * Ends reservations: what was sent or may have been is spent, what was not is given back, and a later report corrects.
 * What was spent in a window that has been opened anew since is not given back to the new one.
 *
 * @param tx the transaction that holds the windows' locks.
 * @param ends at most one for each message; messages without a reservation are passed over.
 */
export async function endReservations(tx: Queryable, ends: readonly ReservationEnd[]): Promise<void> {
  if (ends.length === 0) return;
  const values = [
    ends.map((end) => end.tenantId),
    ends.map((end) => end.messageId),
    ends.map((end) => end.state),
    ends.map((end) => end.windowClosed),
  ];
  await tx.query({
    name: 'reply-window-settle',
    text: `with k as (
        select r.*, k.state as end_state, k.closed
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[]) as k(tenant_id, message_id, state, closed)
        join reply_reservation r using (tenant_id, message_id)
      )
      update reply_window w set
        used = greatest(0, w.used + d.change),
        closes_at = case when d.closed then least(w.closes_at, now()) else w.closes_at end
      from (
        select w.tenant_id, w.channel_id, w.address, w.after,
          coalesce(sum(case
            when k.after <> w.after then 0
            when k.state = 'reserved' and k.end_state = 'released' then -1
            when k.state = 'spent' and k.end_state = 'released' and k.number = w.number then -1
            when k.state = 'released' and k.end_state = 'spent' then 1
            else 0 end), 0)::int as change,
          bool_or(k.closed and w.opened_at <= k.created_at) as closed
        from k join reply_window w using (tenant_id, channel_id, address)
        group by 1, 2, 3, 4
      ) d
      where (w.tenant_id, w.channel_id, w.address, w.after) = (d.tenant_id, d.channel_id, d.address, d.after)`,
    values,
  });
  await tx.query({
    name: 'reply-reservation-end',
    text: `update reply_reservation r set state = k.state, number = case when k.state = 'spent' then w.number else r.number end
      from unnest($1::uuid[], $2::uuid[], $3::text[]) as k(tenant_id, message_id, state), reply_window w
      where r.tenant_id = k.tenant_id and r.message_id = k.message_id and r.state <> k.state
        and (w.tenant_id, w.channel_id, w.address, w.after) = (r.tenant_id, r.channel_id, r.address, r.after)`,
    values: values.slice(0, 3),
  });
}
