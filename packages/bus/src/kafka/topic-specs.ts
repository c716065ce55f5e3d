import { deadLetterTopic, retryTopic, type TopicRow, topicTable } from '@omnigate/contracts';
import type { TopicSpec } from './apply-topics';

const deadLetterHours = 30 * 24;
/** Dead letters and retries are nearly always empty. */
const besidePartitions = 1;

/**
 * All topics that Omnigate needs: those of the table, and the dead letters and retries of each group that reads them.
 * @param replication replicas of each partition; default -1: what the brokers do by default
 */
export function topicSpecs(replication = -1): TopicSpec[] {
  return topicTable.flatMap((row) => [
    specOf(row, replication),
    ...row.groups.flatMap((group) => besideOf(row, group, replication)),
  ]);
}

function specOf(row: TopicRow, replication: number): TopicSpec {
  const { topic, partitions, compacted = false, retentionHours } = row;
  return { topic, partitions, replication, compacted, retentionHours };
}

function besideOf({ topic, retentionHours }: TopicRow, group: string, replication: number): TopicSpec[] {
  const same = { partitions: besidePartitions, replication, compacted: false };
  return [
    { topic: deadLetterTopic(topic, group), ...same, retentionHours: deadLetterHours },
    { topic: retryTopic(topic, group), ...same, retentionHours },
  ];
}
