import type { Bus } from '@omnigate/bus';
import type { IntegrationServiceService, RegistryServiceService } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { toAppError } from '@omnigate/errors';
import type { Client, RpcService } from '@omnigate/rpc';
import { groupCommit, type Logger, type Metrics, type ServiceApp } from '@omnigate/runtime';
import type { BotContext } from './context';
import { createKnowledge } from './knowledge';
import { createOwnData } from './own-data';
import { createBotService } from './rpc/bot-service';
import { createKnowledgeService } from './rpc/knowledge-service';
import { countUnresolved, insertEvidence, type TurnRecord } from './store/records';
import { createThinker } from './thinking';

/** Questions that wait for the thinker; more are refused with BOT_BUSY. */
const waitingAtMost = 2_000;
const thinkingMs = 10_000;
/** Evidence is nobody's wait, so it travels in large groups. */
const recordLingerMs = 300;

/** What the bot needs. */
export interface BotDeps {
  database: Database;
  registry: Client<typeof RegistryServiceService>;
  integration: Client<typeof IntegrationServiceService>;
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
  clock: () => Date;
}

/**
 * Builds the bot: answers from each tenant's knowledge, thought out in a worker thread.
 *
 * @param deps what it needs; everything is started already.
 * @returns the service; it never listens.
 */
export function createBot(deps: BotDeps): ServiceApp<RpcService, never> {
  const thinker = createThinker({ workers: 1, maxQueue: waitingAtMost, timeoutMs: thinkingMs });
  const knowledge = createKnowledge({
    ...deps,
    onLoaded: (tenantId, revision, { articles, ticketTypes }) =>
      thinker.load(tenantId, revision, articles, { ticketTypes }),
  });
  const records = groupCommit<TurnRecord>({
    maxItems: 500,
    maxPending: 10_000,
    lingerMs: recordLingerMs,
    flush: (items) => keep(deps.database, items),
  });
  const record = (item: TurnRecord): void => {
    records
      .add(item)
      .catch((error: unknown) => deps.logger.warn({ err: toAppError(error) }, 'evidence could not be kept'));
  };
  const { database, clock } = deps;
  const ownData = createOwnData(deps);
  const context: BotContext = { database, knowledge, thinker, ownData, record, clock };
  return {
    rpc: [createBotService(context), createKnowledgeService(context)],
    start: () => knowledge.start(),
    async stop() {
      await knowledge.stop();
      await thinker.close();
      await records.drain();
    },
  };
}

async function keep(database: Database, records: TurnRecord[]): Promise<void> {
  const tenants = [...new Set(records.map((record) => record.tenantId))];
  await database.transaction({ tenants }, async (tx) => {
    const fresh = await insertEvidence(tx, records);
    await countUnresolved(
      tx,
      records.filter((item) => item.unresolved && fresh.has(item.turnId)),
    );
  });
}
