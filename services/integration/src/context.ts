import type { Bus } from '@omnigate/bus';
import type { Database } from '@omnigate/database';
import type { Connectors } from './connector/connectors';
import type { LookUps } from './connector/look-ups';

/** What every part of integration works with. */
export interface IntegrationContext {
  database: Database;
  bus: Bus;
  connectors: Connectors;
  lookUps: LookUps;
  clock: () => Date;
}
