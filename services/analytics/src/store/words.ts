import type { Queryable } from '@omnigate/database';

/** Words of a conversation on a day of its tenant's zone. */
export interface SaidKey {
  tenantId: string;
  conversationId: string;
  /** YYYY-MM-DD. */
  day: string;
}

/** Which words of it were counted. */
export type Said = SaidKey & { hashes: number[] };

/**
 * Reads which words were counted of conversations.
 *
 * @param tx the transaction, which holds the conversations' facts.
 * @param keys conversations with days.
 * @returns those of which any was.
 */
export async function readSaid(tx: Queryable, keys: readonly SaidKey[]): Promise<Said[]> {
  if (keys.length === 0) return [];
  return tx.query<Said>({
    name: 'word-said',
    text: `select w.tenant_id as "tenantId", w.conversation_id as "conversationId", w.day, w.hashes
      from unnest($1::uuid[], $2::uuid[], $3::date[]) as k(tenant_id, conversation_id, day)
      join conversation_word w on w.tenant_id = k.tenant_id and w.conversation_id = k.conversation_id and w.day = k.day`,
    values: keyValues(keys),
  });
}

const keyValues = (keys: readonly SaidKey[]): unknown[] => [
  keys.map((key) => key.tenantId),
  keys.map((key) => key.conversationId),
  keys.map((key) => key.day),
];

/**
 * Writes which words were counted of conversations.
 *
 * @param tx the transaction, which holds the conversations' facts.
 * @param rows as they are to be.
 */
export async function saveSaid(tx: Queryable, rows: readonly Said[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'word-said-save',
    text: `insert into conversation_word (tenant_id, conversation_id, day, hashes)
      select k.tenant_id, k.conversation_id, k.day, k.hashes::int[]
      from unnest($1::uuid[], $2::uuid[], $3::date[], $4::text[]) as k(tenant_id, conversation_id, day, hashes)
      order by 1, 2, 3
      on conflict (tenant_id, conversation_id, day) do update set hashes = excluded.hashes`,
    values: [...keyValues(rows), rows.map((row) => `{${row.hashes.join()}}`)],
  });
}

/** In how many more conversations a word was. */
export interface WordOfDay {
  tenantId: string;
  day: string;
  channel: string;
  /** Empty: conversations with any word. */
  word: string;
  conversations: number;
}

/**
 * Adds to the words of days.
 *
 * @param tx the transaction.
 * @param words how many more, each once.
 */
export async function addWords(tx: Queryable, words: readonly WordOfDay[]): Promise<void> {
  if (words.length === 0) return;
  await tx.query({
    name: 'word-add',
    text: `insert into word_day as w (tenant_id, day, channel, word, conversations)
      select * from unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::int[])
        as k(tenant_id, day, channel, word, conversations)
      order by tenant_id, day, channel, word
      on conflict (tenant_id, day, channel, word) do update set conversations = w.conversations + excluded.conversations`,
    values: [
      words.map((each) => each.tenantId),
      words.map((each) => each.day),
      words.map((each) => each.channel),
      words.map((each) => each.word),
      words.map((each) => each.conversations),
    ],
  });
}

/** Which words a report reads; days of the tenant's zone. */
export interface WordRange {
  tenantId: string;
  firstDay: string;
  lastDay: string;
  /** First of the days that are compared with. */
  beforeDay: string;
  /** Empty for all. */
  channel: string;
}

/** In how many conversations a word was. */
export interface StoredUse {
  word: string;
  now: bigint;
  before: bigint;
}

/** Of a tenant with more words, those in most conversations are looked at. */
const wordsAtMost = 20_000;

/**
 * Reads the words of a range and of the days before.
 *
 * @param tx where to read.
 * @param range which.
 * @returns the most frequent first; the empty word has all conversations.
 */
export function readWords(tx: Queryable, range: WordRange): Promise<StoredUse[]> {
  return tx.query<StoredUse>({
    name: 'word-use',
    text: `select word, coalesce(sum(conversations) filter (where day >= $2), 0)::bigint as now,
        coalesce(sum(conversations) filter (where day < $2), 0)::bigint as before
      from word_day where tenant_id = $1 and day between $4 and $3 and ($5 = '' or channel = $5)
      group by word having word = '' or sum(conversations) filter (where day >= $2) > 0
      order by now desc, word limit ${wordsAtMost}`,
    values: [range.tenantId, range.firstDay, range.lastDay, range.beforeDay, range.channel],
  });
}

/**
 * Counts the days before a range on which anybody wrote.
 *
 * @param tx where to read.
 * @param range which.
 * @returns how many.
 */
export async function countDaysBefore(tx: Queryable, range: WordRange): Promise<number> {
  const rows = await tx.query<{ days: number }>({
    name: 'word-days-before',
    text: `select count(distinct day)::int as days from word_day
      where tenant_id = $1 and day >= $2 and day < $3 and word = '' and ($4 = '' or channel = $4)`,
    values: [range.tenantId, range.beforeDay, range.firstDay, range.channel],
  });
  return rows[0]?.days ?? 0;
}

/**
 * Forgets what was counted of conversations before a day.
 *
 * @param tx the transaction.
 * @param before tenants with their days.
 */
export async function forgetSaid(tx: Queryable, before: readonly TenantDay[]): Promise<void> {
  await tx.query({
    name: 'word-said-forget',
    text: `delete from conversation_word w using unnest($1::uuid[], $2::date[]) as k(tenant_id, day)
      where w.tenant_id = k.tenant_id and w.day < k.day`,
    values: [before.map((each) => each.tenantId), before.map((each) => each.day)],
  });
}

/** A day of a tenant's zone. */
export interface TenantDay {
  tenantId: string;
  day: string;
}

/**
 * Forgets words of before a day that fewer conversations held since `sinceDays` before it than would hide whose they are,
 * such as names; and all words that no report compares with any more.
 *
 * @param tx the transaction.
 * @param before tenants with their days.
 * @param limits how many conversations a word needs within how many days, and how long words are kept at all.
 */
export async function forgetRareWords(
  tx: Queryable,
  before: readonly TenantDay[],
  limits: { conversations: number; withinDays: number; keptDays: number },
): Promise<void> {
  await tx.query({
    name: 'word-forget-rare',
    text: `delete from word_day w using (
        select k.tenant_id, k.day, d.word from unnest($1::uuid[], $2::date[]) as k(tenant_id, day)
        join word_day d on d.tenant_id = k.tenant_id and d.day >= k.day - $4::int
        where d.word <> '' group by k.tenant_id, k.day, d.word having sum(d.conversations) < $3) rare
      where w.tenant_id = rare.tenant_id and w.word = rare.word and w.day < rare.day and w.day >= rare.day - $4::int`,
    values: [
      before.map((each) => each.tenantId),
      before.map((each) => each.day),
      limits.conversations,
      limits.withinDays,
    ],
  });
  await tx.query({
    name: 'word-forget-old',
    text: `delete from word_day w using unnest($1::uuid[], $2::date[]) as k(tenant_id, day)
      where w.tenant_id = k.tenant_id and w.day < k.day - $3::int`,
    values: [before.map((each) => each.tenantId), before.map((each) => each.day), limits.keptDays],
  });
}
