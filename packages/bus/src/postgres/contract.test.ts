import { createDatabase } from '@omnigate/database';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { type BusProcess, type BusUnderTest, describeBusContract, effectsSchema } from '../contract';
import { openLine } from '../testing/line';
import { createPostgresBus } from './bus';
import { busSchema } from './schema';

const logger = createLogger({ service: 'test', level: process.env.OMNIGATE_LOG_LEVEL ?? 'silent' });
const timings = { heartbeatMs: 250, expiryMs: 1_000 };

async function openProcess(url: string): Promise<BusProcess> {
  const [busLine, databaseLine] = [await openLine(url), await openLine(url)];
  const bus = createPostgresBus({ url: busLine.url, logger, metrics: createMetrics(), timings });
  const { schema, role } = effectsSchema;
  const pool = { url: databaseLine.url, schema, role, applicationName: 'effects', logger };
  const database = createDatabase(pool);
  await bus.start();
  return {
    bus,
    database,
    isolate: busLine.cut,
    restore: busLine.mend,
    crash() {
      busLine.cut();
      databaseLine.cut();
    },
    async stop() {
      await bus.stop();
      await database.end();
      await Promise.all([busLine.close(), databaseLine.close()]);
    },
  };
}

async function create(): Promise<BusUnderTest> {
  const fresh = await freshDatabase([busSchema, effectsSchema]);
  const prepare = async () => undefined;
  return { open: () => openProcess(fresh.url), prepare, close: fresh.drop };
}

describe('the PostgreSQL log', () => {
  describeBusContract(create);
});
