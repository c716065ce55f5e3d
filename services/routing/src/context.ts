import type { Bus } from '@omnigate/bus';
import type { Database } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { Logger } from '@omnigate/runtime';
import type { State } from '@omnigate/state';
import type { RoutingMetrics } from './metrics';
import type { Dispatcher } from './queue/dispatcher';
import type { Tenants } from './tenants';
import type { AskBot } from './turns/ask-bot';
import type { TurnRunner } from './turns/runner';

/** What every part of routing works with. */
export interface RoutingContext {
  database: Database;
  bus: Bus;
  state: State;
  directory: DirectoryCache;
  tenants: Tenants;
  askBot: AskBot;
  logger: Logger;
  metrics: RoutingMetrics;
  /** The clock of rows that are made; what decides is the database's. */
  clock: () => Date;
  /** Names this process among others; holder of its turns. */
  instance: string;
  /** No other process works on this database. */
  exclusive: boolean;
  runner: TurnRunner;
  dispatcher: Dispatcher;
}
