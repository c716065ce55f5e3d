import type { Bus } from '@omnigate/bus';
import { topics } from '@omnigate/contracts';
import type { RpcService } from '@omnigate/rpc';
import type { ServiceApp } from '@omnigate/runtime';
import { createConversationChanged } from './consumers/conversation-changed';
import { ticketChanged } from './consumers/ticket-changed';
import type { AnalyticsContext } from './context';
import { createRetention } from './retention';
import { createAnalyticsService } from './rpc/analytics-service';

/** Nobody waits for a figure: under load few and full batches, whose conversations are written once. */
const lingerMs = 500;
const recordsAtOnce = 1_500;

/** What analytics needs. */
export interface AnalyticsDeps extends AnalyticsContext {
  bus: Bus;
}

/**
 * Builds analytics: figures of conversations and tickets.
 *
 * @param deps what it needs; everything is started already.
 * @returns the service; it never listens.
 */
export function createAnalytics(deps: AnalyticsDeps): ServiceApp<RpcService, never> {
  const { bus, database } = deps;
  const retention = createRetention(deps);
  const common = { group: 'analytics', database, lingerMs, maxRecords: recordsAtOnce };
  const consumers = [
    bus.consume({
      ...common,
      topics: [topics.conversationChanged],
      handle: createConversationChanged(deps),
    }),
    bus.consume({ ...common, topics: [topics.ticketChanged], handle: ticketChanged }),
  ];
  return {
    rpc: [createAnalyticsService(deps)],
    async start() {
      retention.begin();
      await Promise.all(consumers.map((consumer) => consumer.start()));
    },
    async stop() {
      await retention.stop();
      await Promise.all(consumers.map((consumer) => consumer.stop()));
    },
  };
}
