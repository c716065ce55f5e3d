import { deadLetterTopic, retryTopic, type TopicRow, topicTable } from '@omnigate/contracts';
import type { TopicSpec } from './apply-topics';

const deadLetterHours = 30 * 24;
/** Dead letters and retries are nearly always empty. */
const besidePartitions = 1;

/** How the topics of a Kafka cluster may differ from the table's. */
export interface TopicChoice {
  /** Replicas of each partition; default -1: what the brokers do by default. */
  replication?: number | undefined;
  /** No topic gets more partitions; default: as many as the table says. */
  maxPartitions?: number | undefined;
}

/** All topics that Omnigate needs: those of the table, and the dead letters and retries of each group that reads them. */
export function topicSpecs({ replication = -1, maxPartitions = Infinity }: TopicChoice = {}): TopicSpec[] {
  return topicTable.flatMap((row) => [
    specOf(row, replication, maxPartitions),
    ...row.groups.flatMap((group) => besideOf(row, group, replication)),
  ]);
}

function specOf(row: TopicRow, replication: number, maxPartitions: number): TopicSpec {
  const { topic, compacted = false, retentionHours } = row;
  const partitions = Math.min(row.partitions, maxPartitions);
  return { topic, partitions, replication, compacted, retentionHours };
}

function besideOf({ topic, retentionHours }: TopicRow, group: string, replication: number): TopicSpec[] {
  const same = { partitions: besidePartitions, replication, compacted: false };
  return [
    { topic: deadLetterTopic(topic, group), ...same, retentionHours: deadLetterHours },
    { topic: retryTopic(topic, group), ...same, retentionHours },
  ];
}
