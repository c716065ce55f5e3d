import { DeliveryState } from '@omnigate/contracts';
import { deliveryRank } from './delivery-rank';

const {
  DELIVERY_STATE_FAILED: failed,
  DELIVERY_STATE_DELIVERED: delivered,
  DELIVERY_STATE_READ: read,
} = DeliveryState;
const rises = (was: DeliveryState, state: DeliveryState) => deliveryRank(state) > deliveryRank(was);
const others = [1, 2, 3, 4] as DeliveryState[];

test('queued < sending < unknown < sent < delivered < read', () => {
  for (let state = 1; state < 6; state += 1) {
    expect(rises(state, state + 1)).toBe(true);
    expect(rises(state + 1, state)).toBe(false);
  }
});

test('failed may follow any but delivered and read, and only delivered or read may follow failed', () => {
  for (const state of others) expect([rises(state, failed), rises(failed, state)]).toEqual([true, false]);
  for (const state of [delivered, read])
    expect([rises(state, failed), rises(failed, state)]).toEqual([false, true]);
});
