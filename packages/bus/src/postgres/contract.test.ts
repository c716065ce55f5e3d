import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createDatabase } from '@omnigate/database';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { type BusProcess, type BusUnderTest, describeBusContract, effectsSchema } from '../contract';
import { createPostgresBus } from './bus';
import { busSchema } from './schema';

const logger = createLogger({ service: 'test', level: process.env.OMNIGATE_LOG_LEVEL ?? 'silent' });
const timings = { heartbeatMs: 250, expiryMs: 1_000 };

/** A way to the server that can be cut. */
interface Line {
  url: string;
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

async function openLine(serverUrl: string): Promise<Line> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let broken = false;
  const server: Server = createServer((near) => {
    if (broken) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    broken = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => {
      broken = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

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
  return { open: () => openProcess(fresh.url), close: fresh.drop };
}

describe('the PostgreSQL log', () => {
  describeBusContract(create);
});
