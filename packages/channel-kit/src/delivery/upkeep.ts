import type { Bus } from '@omnigate/bus';
import type { Database, Transaction } from '@omnigate/database';
import { createRecurringWork, type Logger } from '@omnigate/runtime';
import { matchEarlyReceipts } from './receipt-store';
import type { Sender } from './sender';
import { statusRecord } from './status-record';
import { type DeliveryChange, type DeliveryChannel, listChannels } from './store';
import { dueChannels, lapseClaims, pruneDeliveries } from './upkeep-store';

/** What the sender's loop can't see by itself: work left by a dead process, lapsed claims, old rows. */
export interface Upkeep {
  /** Finds the work that is there; settles what a dead process left on the wire. @throws what the database throws */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const lookMs = 10_000;
const pruneEveryLooks = 360;
// The ids of a transaction's tenants are a setting's text.
const maxTenants = 500;

/**
 * Makes the slow look at all deliveries.
 * @param o.exclusive no other process sends for this service
 */
export function createUpkeep(o: {
  database: Database;
  bus: Pick<Bus, 'publish'>;
  sender: Pick<Sender, 'look'>;
  logger: Logger;
  exclusive: boolean;
}): Upkeep {
  let looks = 0;
  const recurring = createRecurringWork({
    work: () => look(false),
    everyMs: lookMs,
    logger: o.logger,
    failure: 'deliveries could not be looked through',
  });

  async function look(first: boolean): Promise<void> {
    const channels = await listChannels(o.database);
    const prune = looks % pruneEveryLooks === pruneEveryLooks - 1;
    looks += 1;
    for (const group of tenantGroups(channels)) {
      const due = await lookAt(group, { all: first && o.exclusive, prune });
      o.sender.look(due);
    }
  }

  async function lookAt(
    channels: readonly DeliveryChannel[],
    { all, prune }: { all: boolean; prune: boolean },
  ): Promise<DeliveryChannel[]> {
    const tenants = [...new Set(channels.map((channel) => channel.tenantId))];
    while (await settleSome(tenants, all)) {
      // There may be more than one statement takes.
    }
    return o.database.transaction({ tenants }, async (tx) => {
      if (prune) await pruneDeliveries(tx);
      return dueChannels(tx, channels);
    });
  }

  /** In two transactions: each locks deliveries in the order of their ids, both together would not. */
  async function settleSome(tenants: readonly string[], all: boolean): Promise<boolean> {
    const tell = (tx: Transaction, changes: readonly DeliveryChange[]): number => {
      o.bus.publish(
        tx,
        changes.map((change) => statusRecord(change)),
      );
      return changes.length;
    };
    const lapsed = await o.database.transaction({ tenants }, async (tx) =>
      tell(tx, await lapseClaims(tx, { all })),
    );
    const raised = await o.database.transaction({ tenants }, async (tx) =>
      tell(tx, await matchEarlyReceipts(tx)),
    );
    if (lapsed > 0) o.logger.warn({ count: lapsed }, 'deliveries became unknown');
    return lapsed + raised > 0;
  }

  return {
    async start() {
      await look(true);
      recurring.begin();
    },
    stop: recurring.stop,
  };
}

function tenantGroups(channels: readonly DeliveryChannel[]): DeliveryChannel[][] {
  const byTenant = Map.groupBy(channels, (channel) => channel.tenantId);
  const groups: DeliveryChannel[][] = [];
  let tenants = maxTenants;
  for (const list of byTenant.values()) {
    if (tenants >= maxTenants) {
      groups.push([]);
      tenants = 0;
    }
    groups.at(-1)?.push(...list);
    tenants += 1;
  }
  return groups;
}
