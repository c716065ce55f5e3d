import { DeliveryState } from '@omnigate/contracts';

/**
 * SQL that is true where a delivery may go from `current` to `next`: the shown state only rises, failed may follow
 * any but delivered and read, and only delivered or read may follow failed.
 *
 * @param current SQL expression of the state stored, a number of DeliveryState.
 * @param next SQL expression of the state reported.
 * @returns a boolean SQL expression.
 */
export function risesSql(current: string, next: string): string {
  return `case when ${next} = ${DeliveryState.DELIVERY_STATE_FAILED}
    then ${current} not in (${DeliveryState.DELIVERY_STATE_DELIVERED}, ${DeliveryState.DELIVERY_STATE_READ}, ${DeliveryState.DELIVERY_STATE_FAILED})
    when ${current} = ${DeliveryState.DELIVERY_STATE_FAILED}
    then ${next} in (${DeliveryState.DELIVERY_STATE_DELIVERED}, ${DeliveryState.DELIVERY_STATE_READ})
    else ${next} > ${current} end`;
}

/**
 * Whether a delivery may go from one state to another; the same rule as {@link risesSql}.
 *
 * @param current the state now.
 * @param next the state reported.
 * @returns true when the report is news.
 */
export function rises(current: DeliveryState, next: DeliveryState): boolean {
  const arrived = [DeliveryState.DELIVERY_STATE_DELIVERED, DeliveryState.DELIVERY_STATE_READ];
  if (next === DeliveryState.DELIVERY_STATE_FAILED) return current !== next && !arrived.includes(current);
  if (current === DeliveryState.DELIVERY_STATE_FAILED) return arrived.includes(next);
  return next > current;
}
