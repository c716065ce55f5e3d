import { DeliveryState } from '@omnigate/contracts';

// Position in this list: queued < sending < unknown < sent < failed < delivered < read. So failed may follow any but
// delivered and read, and only delivered or read may follow failed.
const rising = [
  DeliveryState.DELIVERY_STATE_QUEUED,
  DeliveryState.DELIVERY_STATE_SENDING,
  DeliveryState.DELIVERY_STATE_UNKNOWN,
  DeliveryState.DELIVERY_STATE_SENT,
  DeliveryState.DELIVERY_STATE_FAILED,
  DeliveryState.DELIVERY_STATE_DELIVERED,
  DeliveryState.DELIVERY_STATE_READ,
];

/** A state's rank; the shown state only rises. 0 for what is no state. */
export function deliveryRank(state: DeliveryState): number {
  return rising.indexOf(state) + 1;
}

/**
 * The same as SQL.
 * @param column an SQL expression of a state's number
 */
export function deliveryRankSql(column: string): string {
  const ranks = rising.map((_, index) => deliveryRank((index + 1) as DeliveryState));
  return `(array[${ranks.join(',')}])[${column}]`;
}
