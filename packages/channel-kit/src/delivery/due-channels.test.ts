import { createDueChannels, type DueChannels } from './due-channels';

const channelOf = (channels: DueChannels, tenantId: string, channelId = tenantId) =>
  channels.get({ tenantId, channelId });
const dealt = (channels: DueChannels, slots: number, nowMs = 0) =>
  Object.fromEntries(channels.deal(slots, nowMs).map(({ channel, count }) => [channel.channelId, count]));

test('slots go to tenants in turn, and to a tenant’s channels in turn', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  for (const id of ['a1', 'a2']) channels.mark(channelOf(channels, 'a', id));
  channels.mark(channelOf(channels, 'b'));
  expect(dealt(channels, 8)).toEqual({ a1: 2, a2: 2, b: 4 });
});

test('with more tenants than slots each comes in turn', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  for (let n = 0; n < 10; n += 1) channels.mark(channelOf(channels, `t${n}`));
  const served = new Set<string>();
  for (let turn = 0; turn < 5; turn += 1) for (const id of Object.keys(dealt(channels, 2))) served.add(id);
  expect(served.size).toBe(10);
});

test('one tenant alone may have all slots; with others some stay free', () => {
  const alone = createDueChannels({ tenantSlots: 6 });
  alone.mark(channelOf(alone, 'a'));
  expect(dealt(alone, 8)).toEqual({ a: 8 });
  const several = createDueChannels({ tenantSlots: 6 });
  several.mark(channelOf(several, 'a'));
  channelOf(several, 'b');
  expect(dealt(several, 8)).toEqual({ a: 6 });
  channelOf(several, 'a').inFlight = 6;
  expect(dealt(several, 2)).toEqual({});
});

test('a channel whose time has not come waits, and says when', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  const channel = channelOf(channels, 'a');
  channels.mark(channel);
  channel.notBeforeMs = 100;
  expect(dealt(channels, 8, 99)).toEqual({});
  expect(channels.nextMs(99)).toBe(100);
  expect(dealt(channels, 8, 100)).toEqual({ a: 8 });
});

test('what becomes due later wakes its channel then', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  const channel = channelOf(channels, 'a');
  channels.markAt(channel, 200);
  channels.markAt(channel, 100);
  expect(channels.nextMs(0)).toBe(100);
  expect(dealt(channels, 1, 99)).toEqual({});
  expect(dealt(channels, 1, 100)).toEqual({ a: 1 });
  channel.due = false;
  expect(dealt(channels, 1, 150)).toEqual({});
  expect(channels.nextMs(150)).toBe(200);
});

test('after broken credentials one delivery alone tries', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  const channel = channelOf(channels, 'a');
  channels.mark(channel);
  channel.probing = true;
  expect(dealt(channels, 8)).toEqual({ a: 1 });
  expect(dealt(channels, 8)).toEqual({});
});

test('what was dealt is in flight until its claim says how much of it is', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  const channel = channelOf(channels, 'a');
  channels.mark(channel);
  expect(dealt(channels, 4)).toEqual({ a: 4 });
  expect(channels.inFlight).toBe(4);
  channels.claimed(channel, { marks: channel.marks, count: 4, got: 1 });
  expect(channels.inFlight).toBe(1);
});

describe('what a claim finds', () => {
  const claim = (channels: DueChannels, got: number) => {
    const [ask] = channels.deal(8, 0);
    if (!ask) return undefined;
    channels.claimed(ask.channel, { marks: ask.channel.marks, count: ask.count, got });
    return ask.count;
  };

  test('as many are asked for as wait, and then none', () => {
    const channels = createDueChannels({ tenantSlots: 6 });
    channels.mark(channelOf(channels, 'a'), 3);
    expect(claim(channels, 3)).toBe(3);
    expect(claim(channels, 0)).toBeUndefined();
  });

  test('all are found that wait behind each other, known or not', () => {
    for (const added of [3, undefined]) {
      const channels = createDueChannels({ tenantSlots: 6 });
      const channel = channelOf(channels, 'a');
      channels.mark(channel, added);
      for (let one = 0; one < 3; one += 1) {
        expect(claim(channels, 1)).toBeGreaterThan(0);
        channels.ended(channel, 1);
        channels.settled(channel);
      }
      claim(channels, 0);
      expect(claim(channels, 0)).toBeUndefined();
    }
  });

  test('what was marked while the claim was under way is asked for again', () => {
    const channels = createDueChannels({ tenantSlots: 6 });
    const channel = channelOf(channels, 'a');
    channels.mark(channel);
    const [ask] = channels.deal(8, 0);
    const { marks } = channel;
    channels.mark(channel, 1);
    channels.claimed(channel, { marks, count: ask?.count ?? 0, got: 0 });
    expect(claim(channels, 1)).toBeGreaterThan(0);
  });
});

test('what is about to be stored may take slots where nothing of its channel is due, and its tenant has room', () => {
  const channels = createDueChannels({ tenantSlots: 6 });
  const channel = channelOf(channels, 'a');
  const reserve = (want: number) => channels.reserve(channel, { want, slots: 8, nowMs: 0 });
  expect(reserve(7)).toBe(7);
  channels.ended(channel, 3);
  channelOf(channels, 'b');
  expect(reserve(7)).toBe(2);
  expect(channels.inFlight).toBe(6);
  channels.ended(channel, 6);
  channel.notBeforeMs = 1;
  expect(reserve(1)).toBe(0);
  channel.notBeforeMs = 0;
  channel.probing = true;
  expect(reserve(1)).toBe(0);
  channel.probing = false;
  channels.mark(channel, 1);
  expect(reserve(1)).toBe(0);
  expect(channels.inFlight).toBe(0);
});
