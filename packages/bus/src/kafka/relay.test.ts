import { newId } from '@omnigate/runtime';
import { relaysOf } from './relay';

/** So many processes: each is a member itself, by which no topic is read, and has one that relays. */
function processes(count: number) {
  const relays = Array.from({ length: count }, () => ({ memberId: newId(), group: '', topics: ['outbox'] }));
  const members = relays.flatMap((relay) => [{ memberId: newId(), group: '', topics: [] }, relay]);
  return {
    relays,
    members: [...members.reverse(), { memberId: newId(), group: 'bot', topics: ['outbox.v1'] }],
  };
}

describe('who relays', () => {
  test.each([
    [1, 1],
    [12, 1],
    [13, 2],
    [40, 4],
  ])('of %i processes the oldest %i', (count, relaying) => {
    const { relays, members } = processes(count);
    expect(relaysOf(members)).toEqual(relays.slice(0, relaying));
  });

  test('nobody where nobody is', () => expect(relaysOf([])).toEqual([]));
});
