import { DeliveryState } from '@omnigate/contracts';
import { judge } from './settlement';
import type { ClaimedDelivery } from './store';

const delivery = { attempts: 1, ageMs: 0, messageId: 'm', tenantId: 't', claimedBy: 'c' } as ClaimedDelivery;
const retry = { kind: 'retry', code: 'THROTTLED' } as const;
const delayAt = (attempts: number, random: number) =>
  judge({ ...delivery, attempts }, retry, () => random).settlement.delayMs;

test('back-off doubles from 1 s to 5 min, with full jitter, and is never none', () => {
  expect([1, 2, 3, 4].map((attempts) => delayAt(attempts, 0.999_999))).toEqual([1_099, 2_099, 4_099, 8_099]);
  expect(delayAt(15, 0.999_999)).toBe(300_099);
  expect(delayAt(5, 0)).toBeGreaterThan(0);
});

test('what the provider asks for is the least, and the channel waits too', () => {
  const { settlement, pauseMs } = judge(delivery, { ...retry, afterMs: 7_000 }, () => 0);
  expect([settlement.delayMs, pauseMs]).toEqual([7_000, 7_000]);
});

test.each([
  ['too many attempts', { attempts: 20 }],
  ['too old', { ageMs: 4 * 3_600_000 }],
])('%s: given up with the last code', (_name, change) => {
  expect(judge({ ...delivery, ...change }, retry).settlement).toMatchObject({
    state: DeliveryState.DELIVERY_STATE_FAILED,
    errorCode: 'THROTTLED',
  });
});

test('broken credentials are not the message’s fault: the attempt does not count, however old it is', () => {
  const broken = { kind: 'credentialsBroken', code: '20003' } as const;
  expect(judge({ ...delivery, attempts: 99, ageMs: 1e9 }, broken)).toMatchObject({
    settlement: { state: DeliveryState.DELIVERY_STATE_QUEUED, counted: false, delayMs: 0 },
    pauseMs: 60_000,
  });
});
