import type { Queryable } from '@omnigate/database';
import { resolvedContent } from '../domain/wire-content';

/** Whose mailbox. */
export interface Mailbox {
  tenantId: string;
  channelId: string;
  address: string;
}

/** Who wrote an event. */
export type Role = 'customer' | 'bot' | 'agent' | 'system';

/** An event that has no place yet. */
export interface NewEvent extends Mailbox {
  /** Inbound: the event id, made of `cid`; outbound: the message id. */
  id: string;
  cid: string | null;
  role: Role;
  name: string;
  /** JSON as the page gets it. */
  content: string;
}

/** An event with its place in the mailbox. */
export interface LoggedEvent extends NewEvent {
  /** From 1, without gaps. */
  seq: number;
  time: Date;
}

/** Where an event came to stand. */
export interface Appended {
  seq: number;
  time: Date;
  /** It was not there before. */
  fresh: boolean;
  /** What was there before has the same content. */
  same: boolean;
}

/** How far a mailbox has come. */
export interface Progress {
  lastSeq: number;
  deliveredSeq: number;
  readSeq: number;
  /** Whoever wrote to the visitor last; empty when nobody has, or the conversation has ended. */
  lastRole: Role | '';
}

const column = <K extends keyof NewEvent>(events: readonly NewEvent[], key: K) =>
  events.map((event) => event[key]);

/**
 * Appends events in their order; see `append_web_events` in migrations.ts.
 * @param tx a transaction that has the tenants of all events
 */
export async function appendEvents(tx: Queryable, events: readonly NewEvent[]): Promise<Appended[]> {
  const keys = ['tenantId', 'channelId', 'address', 'id', 'cid', 'role', 'name', 'content'] as const;
  const rows = await tx.query<{ seq: bigint; fresh: boolean; same: boolean; create_time: Date }>({
    name: 'web_event_append',
    text: 'select seq, fresh, same, create_time from append_web_events($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[]) order by ord',
    values: keys.map((key) => column(events, key)),
  });
  return rows.map(({ seq, fresh, same, create_time: time }) => ({ seq: Number(seq), fresh, same, time }));
}

/** A wish to read a mailbox after a seq. */
export interface ReadAfter extends Mailbox {
  afterSeq: number;
  /** At most so many events. */
  limit: number;
}

interface EventRow {
  seq: bigint;
  id: string;
  cid: string | null;
  role: Role;
  name: string;
  content: string;
  create_time: Date;
}

/**
 * Reads several mailboxes at once.
 * @returns for each wish its events, in order
 */
export async function readEvents(tx: Queryable, wishes: readonly ReadAfter[]): Promise<LoggedEvent[][]> {
  const rows = await tx.query<EventRow & { ord: bigint }>({
    name: 'web_event_read',
    text: `select r.ord, e.seq, e.id, e.cid, e.role, e.name, e.content, e.create_time
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::int[]) with ordinality as r(t, c, a, after, lim, ord)
      cross join lateral (
        select * from web_event e
        where e.tenant_id = r.t and e.channel_id = r.c and e.address = r.a and e.seq > r.after
        order by e.seq limit r.lim
      ) e order by r.ord, e.seq`,
    values: [
      ...mailboxColumns(wishes),
      wishes.map((wish) => wish.afterSeq),
      wishes.map((wish) => wish.limit),
    ],
  });
  const found: LoggedEvent[][] = wishes.map(() => []);
  for (const { ord, seq, create_time: time, ...rest } of rows) {
    const wish = wishes[Number(ord) - 1] as ReadAfter;
    const { tenantId, channelId, address } = wish;
    found[Number(ord) - 1]?.push({ tenantId, channelId, address, seq: Number(seq), time, ...rest });
  }
  return found;
}

/**
 * Reads one event by its id.
 * @returns undefined when the mailbox has no such event
 */
export async function findEvent(
  tx: Queryable,
  { tenantId, channelId, address, id }: Mailbox & { id: string },
): Promise<LoggedEvent | undefined> {
  const [row] = await tx.query<EventRow>({
    name: 'web_event_find',
    text: `select seq, id, cid, role, name, content, create_time from web_event
      where tenant_id = $1 and channel_id = $2 and address = $3 and id = $4`,
    values: [tenantId, channelId, address, id],
  });
  if (!row) return undefined;
  const { seq, create_time: time, ...rest } = row;
  return { tenantId, channelId, address, seq: Number(seq), time, ...rest };
}

const mailboxColumns = (mailboxes: readonly Mailbox[]) => [
  mailboxes.map((mailbox) => mailbox.tenantId),
  mailboxes.map((mailbox) => mailbox.channelId),
  mailboxes.map((mailbox) => mailbox.address),
];

/**
 * Reads how far mailboxes have come; a mailbox that nobody has written to yet stands at 0.
 * @returns in the order asked
 */
export async function readProgress(tx: Queryable, mailboxes: readonly Mailbox[]): Promise<Progress[]> {
  const rows = await tx.query<{
    last_seq: bigint;
    delivered_seq: bigint;
    read_seq: bigint;
    role: Role | null;
  }>({
    name: 'web_visitor_progress',
    text: `select coalesce(v.last_seq, 0) as last_seq, coalesce(v.delivered_seq, 0) as delivered_seq,
        coalesce(v.read_seq, 0) as read_seq, case when e.content = $4 then null else e.role end as role
      from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as m(t, c, a, ord)
      left join web_visitor v on v.tenant_id = m.t and v.channel_id = m.c and v.address = m.a
      left join lateral (
        select e.role, e.content from web_event e
        where e.tenant_id = m.t and e.channel_id = m.c and e.address = m.a and e.role <> 'customer'
        order by e.seq desc limit 1
      ) e on true
      order by m.ord`,
    values: [...mailboxColumns(mailboxes), resolvedContent],
  });
  return rows.map((row) => ({
    lastSeq: Number(row.last_seq),
    deliveredSeq: Number(row.delivered_seq),
    readSeq: Number(row.read_seq),
    lastRole: row.role ?? '',
  }));
}

/**
 * Reads the last seq of many mailboxes, as cheaply as can be: every open socket is looked at each 25 s.
 * @returns in the order asked
 */
export async function readLastSeqs(tx: Queryable, mailboxes: readonly Mailbox[]): Promise<number[]> {
  const rows = await tx.query<{ last_seq: bigint }>({
    name: 'web_visitor_last_seq',
    text: `select coalesce(v.last_seq, 0) as last_seq
      from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality as m(t, c, a, ord)
      left join web_visitor v on v.tenant_id = m.t and v.channel_id = m.c and v.address = m.a
      order by m.ord`,
    values: mailboxColumns(mailboxes),
  });
  return rows.map((row) => Number(row.last_seq));
}

/** What a page says of how far it has come. */
export interface Acknowledgement extends Mailbox {
  kind: 'delivered' | 'read';
  seq: number;
}

/**
 * Finds the outbound messages that acknowledgements newly cover.
 * @returns index of the acknowledgement and message id
 */
export async function newlyCovered(
  tx: Queryable,
  acks: readonly Acknowledgement[],
): Promise<{ index: number; messageId: string }[]> {
  const rows = await tx.query<{ ord: bigint; id: string }>({
    name: 'web_event_covered',
    text: `select r.ord, e.id
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::boolean[]) with ordinality as r(t, c, a, seq, read, ord)
      join web_visitor v on v.tenant_id = r.t and v.channel_id = r.c and v.address = r.a
      join web_event e on e.tenant_id = r.t and e.channel_id = r.c and e.address = r.a
        and e.seq > (case when r.read then v.read_seq else v.delivered_seq end) and e.seq <= r.seq
      where e.role <> 'customer' order by r.ord, e.seq`,
    values: [...mailboxColumns(acks), acks.map((ack) => ack.seq), acks.map((ack) => ack.kind === 'read')],
  });
  return rows.map(({ ord, id }) => ({ index: Number(ord) - 1, messageId: id }));
}

/** Moves mailboxes on to what was acknowledged, never back and never past the last event. */
export async function moveProgress(tx: Queryable, acks: readonly Acknowledgement[]): Promise<void> {
  await tx.query({
    name: 'web_visitor_move',
    text: `with ack as (
        select t, c, a, max(seq) as delivered, coalesce(max(seq) filter (where read), 0) as read
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::boolean[]) as r(t, c, a, seq, read) group by t, c, a
      ), held as (
        select v.tenant_id, v.channel_id, v.address, ack.delivered, ack.read from web_visitor v
        join ack on ack.t = v.tenant_id and ack.c = v.channel_id and ack.a = v.address
        order by v.tenant_id, v.channel_id, v.address for no key update of v
      )
      update web_visitor v set
        delivered_seq = greatest(v.delivered_seq, least(held.delivered, v.last_seq)),
        read_seq = greatest(v.read_seq, least(held.read, v.last_seq))
      from held where (v.tenant_id, v.channel_id, v.address) = (held.tenant_id, held.channel_id, held.address)`,
    values: [...mailboxColumns(acks), acks.map((ack) => ack.seq), acks.map((ack) => ack.kind === 'read')],
  });
}
