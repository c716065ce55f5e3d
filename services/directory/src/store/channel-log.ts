import type { Queryable } from '@omnigate/database';

/** The newest entries that are kept for each channel. */
export const keptPerChannel = 1000;

/** Something that was refused or failed on a channel. */
export interface ChannelLogRow {
  id: string;
  tenantId: string;
  channelId: string;
  occurredTime: Date;
  stage: string;
  code: string;
  detail: string;
  suppressedCount: number;
}

/**
 * Adds entries, leaving out repeats, and cuts what is older than the newest 1,000 of each channel.
 *
 * @param tx the transaction
 * @param rows any number
 */
export async function insertChannelLog(tx: Queryable, rows: readonly ChannelLogRow[]): Promise<void> {
  await tx.query({
    name: 'directory_insert_channel_log',
    text: `insert into channel_log (tenant_id, channel_id, occurred_time, id, stage, code, detail, suppressed_count)
      select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::int[])
      order by 1, 2, 3, 4 on conflict do nothing`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.channelId),
      rows.map((row) => row.occurredTime),
      rows.map((row) => row.id),
      rows.map((row) => row.stage),
      rows.map((row) => row.code),
      rows.map((row) => row.detail),
      rows.map((row) => row.suppressedCount),
    ],
  });
  await tx.query({
    name: 'directory_cut_channel_log',
    text: `delete from channel_log l using (
        select c.tenant_id, c.channel_id, e.occurred_time, e.id
        from (select distinct * from unnest($1::uuid[], $2::uuid[])) as c (tenant_id, channel_id)
        cross join lateral (
          select occurred_time, id from channel_log where tenant_id = c.tenant_id and channel_id = c.channel_id
          order by occurred_time desc, id desc offset $3::int limit 1) e
      ) as eldest
      where l.tenant_id = eldest.tenant_id and l.channel_id = eldest.channel_id
        and (l.occurred_time, l.id) <= (eldest.occurred_time, eldest.id)`,
    values: [rows.map((row) => row.tenantId), rows.map((row) => row.channelId), keptPerChannel],
  });
}

/**
 * Reads a page of a channel's log, newest first.
 *
 * @param tx the transaction
 * @param page the channel, how many, the last row of the page before
 * @returns at most `limit` entries
 */
export async function listChannelLog(
  tx: Queryable,
  page: { tenantId: string; channelId: string; limit: number; before?: { time: Date; id: string } },
): Promise<ChannelLogRow[]> {
  const rows = await tx.query<{
    id: string;
    occurred_time: Date;
    stage: string;
    code: string;
    detail: string;
    suppressed_count: number;
  }>({
    name: 'directory_list_channel_log',
    text: `select id, occurred_time, stage, code, detail, suppressed_count from channel_log
      where tenant_id = $1::uuid and channel_id = $2::uuid
        and ($3::timestamptz is null or (occurred_time, id) < ($3::timestamptz, $4::uuid))
      order by occurred_time desc, id desc limit $5::int`,
    values: [page.tenantId, page.channelId, page.before?.time ?? null, page.before?.id ?? null, page.limit],
  });
  return rows.map((row) => ({
    id: row.id,
    tenantId: page.tenantId,
    channelId: page.channelId,
    occurredTime: row.occurred_time,
    stage: row.stage,
    code: row.code,
    detail: row.detail,
    suppressedCount: row.suppressed_count,
  }));
}

/**
 * Forgets a deleted channel's log.
 *
 * @param tx the transaction
 * @param channel tenant and channel
 */
export async function deleteChannelLog(
  tx: Queryable,
  channel: { tenantId: string; channelId: string },
): Promise<void> {
  await tx.query({
    text: 'delete from channel_log where tenant_id = $1::uuid and channel_id = $2::uuid',
    values: [channel.tenantId, channel.channelId],
  });
}
