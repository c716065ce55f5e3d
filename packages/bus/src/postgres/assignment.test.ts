import { assignedPartitions, type MemberView } from './assignment';

const topic = { id: 7, name: 'orders', partitions: 4 };
const member = (memberId: string, group = 'g', topics = ['orders']): MemberView => ({
  memberId,
  group,
  topics,
});

test.each([1, 2, 3, 4, 6])('gives each partition to exactly one of %i members', (count) => {
  const members = Array.from({ length: count }, (_, index) => member(`m${index}`));
  const all = members.flatMap((self) => assignedPartitions(members, self, topic));
  expect(all.sort()).toEqual([0, 1, 2, 3]);
});

test('does not depend on the order of the list', () => {
  const members = [member('b'), member('a'), member('c')];
  const self = member('a');
  expect(assignedPartitions(members, self, topic)).toEqual(
    assignedPartitions([...members].reverse(), self, topic),
  );
});

test('leaves out other groups and members that read other topics', () => {
  const members = [member('a'), member('b', 'other'), member('c', 'g', ['invoices'])];
  expect(assignedPartitions(members, member('a'), topic)).toEqual([0, 1, 2, 3]);
});

test('gives nothing to who is not in the list', () => {
  expect(assignedPartitions([member('a')], member('b'), topic)).toEqual([]);
});
