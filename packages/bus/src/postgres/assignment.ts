/** A member as the assignment sees it. */
export interface MemberView {
  memberId: string;
  group: string;
  topics: readonly string[];
}

/**
 * Says which partitions of a topic are a member's. All members come to the same answer from the same list.
 * @param members the living ones, any order
 * @param self one of them
 * @param topic with the number of its partitions, and an id that spreads topics of few partitions over members
 * @returns partition numbers
 */
export function assignedPartitions(
  members: readonly MemberView[],
  self: Pick<MemberView, 'memberId' | 'group'>,
  topic: { id: number; name: string; partitions: number },
): number[] {
  const readers = members
    .filter((member) => member.group === self.group && member.topics.includes(topic.name))
    .map((member) => member.memberId)
    .sort();
  const place = readers.indexOf(self.memberId);
  if (place < 0) return [];
  const all = Array.from({ length: topic.partitions }, (_, partition) => partition);
  return all.filter((partition) => (topic.id + partition) % readers.length === place);
}
