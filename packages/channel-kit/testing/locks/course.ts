import { busSchema, createPostgresBus } from '@omnigate/bus';
import { createDatabase, type ServiceSchema } from '@omnigate/database';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { type RaceCourse, reportingDatabase } from '@omnigate/testkit';
import { deliveryMigrations, deliveryUnscopedTables } from '../../src/delivery/schema';
import type { DeliveryRaces } from './operations';
import { makeScene, obstacles } from './scene';

const kitSchema: ServiceSchema = {
  schema: 'kit',
  role: 'omnigate_kit',
  migrations: deliveryMigrations,
  unscopedTables: deliveryUnscopedTables,
};

const logger = createLogger({ service: 'delivery-test', level: 'silent' });

/** The course on which an adapter service's operations race. */
export const course: RaceCourse<DeliveryRaces> = {
  schemas: [busSchema, kitSchema],
  async open(url, name, reporter) {
    const { schema, role } = kitSchema;
    const pool = { url, schema, role, applicationName: name, logger, unsafeNoSync: true };
    const database = createDatabase(pool);
    const bus = createPostgresBus({ url, logger, metrics: createMetrics(), unsafeNoSync: true });
    await bus.start();
    return {
      process: { database: reportingDatabase(database, reporter), bus },
      async close() {
        await bus.stop();
        await database.end();
      },
    };
  },
  makeScene: ({ database }) => makeScene(database),
  obstacles,
  refusals: [],
};
