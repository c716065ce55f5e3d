import { AssignerProtocol, type GroupMember, type PartitionAssigner } from 'kafkajs';
import type { Cluster } from './cluster';

const version = 0;

/** A member and what it reads. */
export interface Subscriber {
  memberId: string;
  topics: readonly string[];
}

/** Partitions by topic, by member. */
export type Assignment = Map<string, Record<string, number[]>>;

/**
 * Shares partitions out among the members that read their topic.
 * @param partitions how many each topic has
 */
export function assignPartitions(
  subscribers: readonly Subscriber[],
  partitions: ReadonlyMap<string, number>,
): Assignment {
  const assignment: Assignment = new Map(subscribers.map(({ memberId }) => [memberId, {}]));
  // Each topic begins with another member, so that topics of one partition don't all go to the first.
  for (const [nth, topic] of [...partitions.keys()].sort().entries()) {
    const readers = subscribers
      .filter(({ topics }) => topics.includes(topic))
      .map(({ memberId }) => memberId);
    readers.sort();
    for (let partition = 0; partition < (partitions.get(topic) ?? 0) && readers.length > 0; partition++) {
      const reader = readers[(nth + partition) % readers.length] as string;
      const own = assignment.get(reader) as Record<string, number[]>;
      own[topic] = [...(own[topic] ?? []), partition];
    }
  }
  return assignment;
}

/**
 * Assigns by subscription. kafkajs' own assigner gives all members the topics of the leader, and they drop what they don't
 * read: two consumers of one group that read different topics, or an old and a new version during a deployment, would
 * leave partitions to nobody.
 */
export const bySubscription: PartitionAssigner = ({ cluster: given }) => {
  const cluster = given as unknown as Cluster;
  const name = 'omnigate-by-subscription';

  async function countPartitions(topics: string[]): Promise<Map<string, number>> {
    await cluster.addMultipleTargetTopics(topics);
    return new Map(topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
  }

  return {
    name,
    version,
    async assign({ members }: { members: GroupMember[] }) {
      const subscribers = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        topics: AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? [],
      }));
      const topics = [...new Set(subscribers.flatMap((subscriber) => subscriber.topics))];
      const assignment = assignPartitions(subscribers, await countPartitions(topics));
      return [...assignment].map(([memberId, own]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version,
          assignment: own,
          userData: Buffer.alloc(0),
        }),
      }));
    },
    protocol: ({ topics }: { topics: string[] }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
    }),
  };
};
