/** A queue that serves tenants in turn, so that one tenant's flood is not another's wait; in order within a tenant. */
export interface FairQueue<Item> {
  readonly size: number;
  push(tenant: string, item: Item): void;
  /** Removes up to `max` items, one of each tenant in turn. */
  take(max: number): Item[];
  /** Removes the newest item of the tenant with the most, if it has more than `tenant` would have with one more. */
  evictFor(tenant: string): Item | undefined;
}

// Items from `head` on are waiting; shifting an array would cost its length.
interface Lane<Item> {
  items: Item[];
  head: number;
}

/** Makes an empty queue. */
export function createFairQueue<Item>(): FairQueue<Item> {
  // Insertion order is the order of turns: a tenant that was served goes to the end.
  const lanes = new Map<string, Lane<Item>>();
  let size = 0;

  const waiting = (lane: Lane<Item> | undefined) => (lane ? lane.items.length - lane.head : 0);
  const takeOne = (tenant: string, lane: Lane<Item>): Item => {
    const item = lane.items[lane.head++] as Item;
    size -= 1;
    lanes.delete(tenant);
    if (waiting(lane) > 0) lanes.set(tenant, lane.head > 1_024 ? compact(lane) : lane);
    return item;
  };

  return {
    get size() {
      return size;
    },
    push(tenant, item) {
      const lane = lanes.get(tenant);
      if (lane) lane.items.push(item);
      else lanes.set(tenant, { items: [item], head: 0 });
      size += 1;
    },
    take(max) {
      const taken: Item[] = [];
      // The loop sees tenants again as they are put back at the end.
      for (const [tenant, lane] of lanes) {
        if (taken.length >= max) break;
        if (lanes.size === 1) return taken.concat(takeMany(tenant, lane, max - taken.length));
        taken.push(takeOne(tenant, lane));
      }
      return taken;
    },
    evictFor(tenant) {
      let largest: [string, Lane<Item>] | undefined;
      for (const entry of lanes) if (waiting(entry[1]) > waiting(largest?.[1])) largest = entry;
      if (!largest || waiting(largest[1]) <= waiting(lanes.get(tenant)) + 1) return undefined;
      size -= 1;
      return largest[1].items.pop();
    },
  };

  function takeMany(tenant: string, lane: Lane<Item>, max: number): Item[] {
    const items = lane.items.slice(lane.head, lane.head + max);
    size -= items.length;
    lane.head += items.length;
    if (waiting(lane) === 0) lanes.delete(tenant);
    else if (lane.head > 1_024) lanes.set(tenant, compact(lane));
    return items;
  }
}

function compact<Item>(lane: Lane<Item>): Lane<Item> {
  return { items: lane.items.slice(lane.head), head: 0 };
}
