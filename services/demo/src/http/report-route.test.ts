import { QueryReportResponse } from '@omnigate/contracts';
import { type Bed, openBed } from '../../testing/bed';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const report = async () => (await bed.ask({ url: '/demo/api/report' })).json();
const figuresOf = ({ figures }: { figures: { name: string; value: string }[] }) =>
  Object.fromEntries(figures.map(({ name, value }) => [name, value]));

test('a day without anything has noughts, and no times or ratings', async () => {
  bed.state.report = QueryReportResponse.fromPartial({ lastDay: '2026-03-03' });
  const day = await report();
  expect(day).toMatchObject({ day: '2026-03-03', channels: [], hours: [], words: [] });
  expect(figuresOf(day)).toEqual({
    ...{ conversations: '0', botConfirmed: '0', botAssumed: '0', people: '0', tickets: '0' },
    ...{ firstResponse: '–', rating: '–' },
  });
});

test('figures are added up over channels and types of tickets', async () => {
  const words = Array.from({ length: 15 }, (_, index) => ({ word: `词${index}`, conversations: 9n }));
  bed.state.report = QueryReportResponse.fromPartial({
    lastDay: '2026-03-03',
    channels: [
      { channel: 'demo-wechat', conversations: 3n, inbound: 12n, outbound: 11n },
      { channel: 'demo-web', conversations: 2n, inbound: 4n },
    ],
    hours: [{ hour: 9, conversations: 5n, inbound: 16n }],
    outcomes: { resolved: 4n, botConfirmed: 1n, botAssumed: 2n, byPeople: 1n },
    firstResponse: { count: 5n, p50Seconds: 0.34, p90Seconds: 12 },
    tickets: [
      { type: 'repair', created: 2n },
      { type: 'complaint', created: 1n },
    ],
    conversationRatings: { count: 1n, mean: 1 },
    ticketRatings: { count: 3n, mean: 4.333 },
    words,
  });
  const day = await report();
  expect(figuresOf(day)).toEqual({
    ...{ conversations: '5', botConfirmed: '1', botAssumed: '2', people: '1', tickets: '3' },
    ...{ firstResponse: '0.3 s', rating: '4.3' },
  });
  expect(day.channels).toEqual([
    { channel: 'demo-wechat', conversations: 3, inbound: 12 },
    { channel: 'demo-web', conversations: 2, inbound: 4 },
  ]);
  expect(day.hours).toEqual([{ hour: 9, conversations: 5 }]);
  expect(day.words).toHaveLength(12);
  expect(day.words[0]).toEqual({ word: '词0', conversations: 9 });
});

test.each([
  [9.94, '9.9 s'],
  [10.4, '10 s'],
  [125, '125 s'],
])('%d s are told as %s', async (p50Seconds, told) => {
  bed.state.report = QueryReportResponse.fromPartial({ firstResponse: { count: 1n, p50Seconds } });
  expect(figuresOf(await report()).firstResponse).toBe(told);
});
