import type { OutgoingRecord } from '@omnigate/bus';
import { ChannelLogged } from '@omnigate/contracts';
import { createLogger } from '@omnigate/runtime';
import { createChannelLog } from './channel-log';

const logger = createLogger({ service: 'test', level: 'silent' });
const channel = {
  id: '0198f000-0000-7000-8000-0000000000aa',
  tenantId: '0198f000-0000-7000-8000-0000000000bb',
};
const event = { stage: 'receive' as const, code: 'SIGNATURE_INVALID', detail: 'Refused.' };

function open(append: (record: OutgoingRecord) => Promise<void> = async () => {}) {
  const entries: ChannelLogged[] = [];
  const clock = { nowMs: 0 };
  const log = createChannelLog({
    bus: {
      append: (record) => {
        entries.push(ChannelLogged.decode(record.value));
        return append(record);
      },
    },
    adapterService: 'test',
    logger,
    now: () => clock.nowMs,
  });
  return { entries, clock, log };
}

test('one a second for each channel and code, with the count of those left out', () => {
  const { entries, clock, log } = open();
  for (let n = 0; n < 1_000; n += 1) log.record(channel, event);
  log.record(channel, { ...event, code: 'PAYLOAD_MALFORMED' });
  clock.nowMs = 1_000;
  log.record(channel, event);
  expect(entries.map(({ code, suppressedCount }) => [code, suppressedCount])).toEqual([
    ['SIGNATURE_INVALID', 0],
    ['PAYLOAD_MALFORMED', 0],
    ['SIGNATURE_INVALID', 999],
  ]);
});

test('a bus that hangs holds a bounded number, and what was left out is counted later', async () => {
  const waiting: (() => void)[] = [];
  const { entries, clock, log } = open(() => new Promise((resolve) => waiting.push(resolve)));
  for (let n = 0; n < 500; n += 1) log.record({ ...channel, id: `${n}` }, event);
  expect(entries.length).toBeLessThan(100);
  for (const release of waiting) release();
  await new Promise((resolve) => setImmediate(resolve));
  clock.nowMs = 2_000;
  log.record({ ...channel, id: '499' }, event);
  expect(entries.at(-1)).toMatchObject({ channelId: '499', suppressedCount: 1 });
});

test('a bus that is away throws nothing', async () => {
  const { log } = open(() => Promise.reject(new Error('away')));
  log.record(channel, event);
  await new Promise((resolve) => setImmediate(resolve));
});
