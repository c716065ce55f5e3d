import { assignPartitions } from './assigner';

describe('assignPartitions', () => {
  const counts = new Map([
    ['a', 4],
    ['b', 1],
    ['c', 1],
  ]);

  test('gives each partition to one member that reads its topic', () => {
    const members = [
      { memberId: 'm2', topics: ['a', 'b'] },
      { memberId: 'm1', topics: ['a', 'c'] },
      { memberId: 'm3', topics: ['c'] },
    ];
    const assignment = assignPartitions(members, counts);
    const given = [...assignment].flatMap(([memberId, own]) =>
      Object.entries(own).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ memberId, topic, partition })),
      ),
    );
    expect(given.map(({ topic, partition }) => `${topic}${partition}`).sort()).toEqual([
      'a0',
      'a1',
      'a2',
      'a3',
      'b0',
      'c0',
    ]);
    for (const { memberId, topic } of given) {
      expect(members.find((member) => member.memberId === memberId)?.topics).toContain(topic);
    }
  });

  test('is the same whatever the order of members, and spreads topics of one partition', () => {
    const members = ['m1', 'm2'].map((memberId) => ({ memberId, topics: ['a', 'b', 'c'] }));
    const assignment = assignPartitions(members, counts);
    const reversed = assignPartitions(members.toReversed(), counts);
    for (const memberId of ['m1', 'm2']) expect(reversed.get(memberId)).toEqual(assignment.get(memberId));
    expect(Object.keys(assignment.get('m1') ?? {}).sort()).toEqual(['a', 'c']);
    expect(Object.keys(assignment.get('m2') ?? {}).sort()).toEqual(['a', 'b']);
  });

  test('gives nothing of a topic that nobody reads', () => {
    expect(assignPartitions([{ memberId: 'm', topics: [] }], counts)).toEqual(new Map([['m', {}]]));
    expect(assignPartitions([], counts)).toEqual(new Map());
  });
});
