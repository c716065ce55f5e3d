import type { Metrics } from '@omnigate/runtime';

/** What routing counts. */
export interface RoutingMetrics {
  received: ReturnType<Metrics['counter']>;
  turnsDropped: ReturnType<Metrics['counter']>;
  turnsTakenUp: ReturnType<Metrics['counter']>;
  turnSeconds: ReturnType<Metrics['histogram']>;
}

/**
 * Registers routing's metrics.
 *
 * @param metrics the process's registry.
 * @returns the counters.
 */
export function createRoutingMetrics(metrics: Metrics): RoutingMetrics {
  return {
    received: metrics.counter('omnigate_routing_messages_received_total', 'Customer messages stored'),
    turnsDropped: metrics.counter(
      'omnigate_routing_turns_dropped_total',
      'Answers of the bot that came too late to be sent',
    ),
    turnsTakenUp: metrics.counter(
      'omnigate_routing_turns_taken_up_total',
      'Turns claimed from the table or taken over',
    ),
    turnSeconds: metrics.histogram('omnigate_routing_turn_seconds', 'Time the bot took for a turn'),
  };
}
