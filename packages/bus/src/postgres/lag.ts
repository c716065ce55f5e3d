import { retryTopic } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';

const lagText = `
select coalesce(sum(h.next_offset - at.next), 0)::bigint as records,
  coalesce(extract(epoch from clock_timestamp() - min(oldest.time)), 0)::float8 as seconds
from bus.topic t
join bus.head h on h.topic_id = t.id
join bus.kept k on k.topic_id = h.topic_id and k.partition = h.partition
left join bus.position p on p.group_name = $1 and p.topic_id = h.topic_id and p.partition = h.partition
cross join lateral (select coalesce(p.next_offset, k.first_offset) as next) at
left join lateral (
  select r.time from bus.record r
  where r.topic_id = h.topic_id and r.partition = h.partition and r."offset" >= at.next order by r."offset" limit 1
) oldest on true
where t.name = any($2)`;

/**
 * What a group has not handled yet.
 * @returns how many records, and the age of the oldest, 0 if there is none
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function groupLag(
  database: Database,
  group: string,
  topics: string[],
): Promise<{ records: bigint; seconds: number }> {
  const names = topics.flatMap((topic) => [topic, retryTopic(topic, group)]);
  const rows = await database.query<{ records: bigint; seconds: number }>({
    text: lagText,
    values: [group, names],
  });
  const { records, seconds } = rows[0] ?? { records: 0n, seconds: 0 };
  return { records, seconds: Math.max(0, seconds) };
}
