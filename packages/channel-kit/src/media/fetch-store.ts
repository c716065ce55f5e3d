import { type Media, Media as MediaCodec } from '@omnigate/contracts';
import type { Database, Queryable } from '@omnigate/database';

/** Names one file of one message. */
export interface FetchId {
  tenantId: string;
  messageId: string;
  index: number;
}

/** A file that is to be fetched. */
export interface WantedFile extends FetchId {
  channelId: string;
  channelType: string;
  conversationId: string;
  /** The message key. */
  key: string;
  media: Media;
  /** W3C trace context in which it was asked for. */
  traceparent: string | null;
}

/** A file that this process may fetch now. */
export interface ClaimedFile extends WantedFile {
  /** This one included; it also tells this claim from a later one. */
  attempts: number;
}

// Longer than a fetch takes, thumbnail included; a process that died holds its files back for so long.
const claimSeconds = 120;
// In one claim, so that a tenant with many does not take all that is free.
const claimsPerTenant = 2;
const keepDays = 8;
const pruneAtOnce = 20;

/** Notes files; those that were asked for before change nothing. */
export async function insertWanted(tx: Queryable, files: readonly WantedFile[]): Promise<void> {
  await tx.query({
    name: 'media-fetch-insert',
    text: `with fresh as (
        insert into media_fetch (tenant_id, message_id, item_index, channel_id, channel_type, conversation_id, key, media,
          traceparent)
        select t, m, i, c, ct, conv, k, decode(media, 'base64'), trace
        from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
          $9::text[]) as n(t, m, i, c, ct, conv, k, media, trace)
        order by t, m, i on conflict do nothing returning tenant_id, message_id, item_index
      )
      insert into media_fetch_due (tenant_id, message_id, item_index)
      select tenant_id, message_id, item_index from fresh order by 1, 2, 3`,
    values: [
      files.map((file) => file.tenantId),
      files.map((file) => file.messageId),
      files.map((file) => file.index),
      files.map((file) => file.channelId),
      files.map((file) => file.channelType),
      files.map((file) => file.conversationId),
      files.map((file) => file.key),
      files.map((file) => Buffer.from(MediaCodec.encode(file.media).finish()).toString('base64')),
      files.map((file) => file.traceparent),
    ],
  });
}

interface DueRow {
  tenant_id: string;
  message_id: string;
  item_index: number;
  attempts: number;
}

/**
 * Claims files that are due, a few of each tenant.
 * @param o.count at most so many
 * @param o.except tenants that have enough under way
 */
export async function claimDue(
  database: Database,
  o: { count: number; except: readonly string[] },
): Promise<ClaimedFile[]> {
  const due = await database.query<DueRow>({
    name: 'media-fetch-claim',
    text: `with tenant as (
        select distinct tenant_id from media_fetch_due where due_at <= now() and tenant_id <> all($1::uuid[])
      ), picked as (
        select p.* from tenant t cross join lateral (
          select d.tenant_id, d.message_id, d.item_index from media_fetch_due d
          where d.tenant_id = t.tenant_id and d.due_at <= now()
          order by d.due_at limit ${claimsPerTenant} for no key update skip locked
        ) p limit $2
      )
      update media_fetch_due d set due_at = now() + ${claimSeconds} * interval '1 second', attempts = d.attempts + 1
      from picked p where (d.tenant_id, d.message_id, d.item_index) = (p.tenant_id, p.message_id, p.item_index)
      returning d.tenant_id, d.message_id, d.item_index, d.attempts`,
    values: [o.except, o.count],
  });
  return due.length === 0 ? [] : readClaimed(database, due);
}

interface WantedRow extends DueRow {
  channel_id: string;
  channel_type: string;
  conversation_id: string;
  key: string;
  media: Buffer;
  traceparent: string | null;
}

async function readClaimed(database: Database, due: readonly DueRow[]): Promise<ClaimedFile[]> {
  const tenants = [...new Set(due.map((row) => row.tenant_id))];
  const rows = await database.transaction({ tenants }, (tx) =>
    tx.query<WantedRow>({
      name: 'media-fetch-read',
      text: `select f.tenant_id, f.message_id, f.item_index, f.channel_id, f.channel_type, f.conversation_id, f.key, f.media,
          f.traceparent, d.attempts
        from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as d(tenant_id, message_id, item_index, attempts)
        join media_fetch f using (tenant_id, message_id, item_index) where f.media is not null`,
      values: [
        due.map((row) => row.tenant_id),
        due.map((row) => row.message_id),
        due.map((row) => row.item_index),
        due.map((row) => row.attempts),
      ],
    }),
  );
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    messageId: row.message_id,
    index: row.item_index,
    channelId: row.channel_id,
    channelType: row.channel_type,
    conversationId: row.conversation_id,
    key: row.key,
    media: MediaCodec.decode(row.media),
    traceparent: row.traceparent,
    attempts: row.attempts,
  }));
}

const idValues = (file: ClaimedFile): unknown[] => [file.tenantId, file.messageId, file.index, file.attempts];
const isMine = 'tenant_id = $1 and message_id = $2 and item_index = $3 and attempts = $4';

/**
 * Ends a file, and removes some of the tenant's that ended long ago.
 * @returns false where another process has claimed it meanwhile
 */
export async function endFile(tx: Queryable, file: ClaimedFile): Promise<boolean> {
  const [ended] = await Promise.all([
    tx.query({
      name: 'media-fetch-end',
      text: `with mine as (delete from media_fetch_due where ${isMine} returning tenant_id, message_id, item_index)
        update media_fetch f set media = null from mine m
        where (f.tenant_id, f.message_id, f.item_index) = (m.tenant_id, m.message_id, m.item_index) returning 1`,
      values: idValues(file),
    }),
    tx.query({
      name: 'media-fetch-prune',
      text: `delete from media_fetch where ctid = any(array(
          select ctid from media_fetch where tenant_id = $1 and created_at < now() - ${keepDays} * interval '1 day'
            and media is null limit ${pruneAtOnce} for update skip locked))`,
      values: [file.tenantId],
    }),
  ]);
  return ended.length > 0;
}

/** Gives a claim back, to be taken again after a while. */
export async function postpone(database: Database, file: ClaimedFile, delayMs: number): Promise<void> {
  await database.query({
    name: 'media-fetch-postpone',
    text: `update media_fetch_due set due_at = now() + $5::int * interval '1 millisecond' where ${isMine}`,
    values: [...idValues(file), delayMs],
  });
}

/** Gives all claims back: no other process is there. */
export async function releaseFiles(database: Database): Promise<void> {
  await database.query({
    name: 'media-fetch-release',
    text: 'update media_fetch_due set due_at = now() where due_at > now()',
  });
}

/** @returns ms until something is due; undefined where nothing waits */
export async function nextDueMs(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ ms: number | null }>({
    name: 'media-fetch-next',
    text: 'select (extract(epoch from min(due_at) - now()) * 1000)::float8 as ms from media_fetch_due',
  });
  return row?.ms ?? undefined;
}
