import * as grpc from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';
import { botService, closing, endAll, start, whoAmI } from './loopback.fixture';

afterEach(endAll);

const HealthClient = grpc.makeGenericClientConstructor(
  healthDefinition as unknown as grpc.ServiceDefinition,
  'Health',
);

interface Answer {
  status?: string;
  code?: number;
}

// Without a key.
function check(address: string, service: string): Promise<Answer> {
  const client = closing(new HealthClient(address, grpc.credentials.createInsecure()));
  return new Promise((resolve) => {
    client.check?.({ service }, (error: grpc.ServiceError | null, response: Answer) => {
      resolve(error ? { code: error.code } : { status: response.status });
    });
  });
}

describe('health', () => {
  it('is told for the server and for each service, without a key', async () => {
    const { address } = await start(botService(whoAmI));
    expect(await check(address, '')).toEqual({ status: 'SERVING' });
    expect(await check(address, 'omnigate.bot.v1.BotService')).toEqual({ status: 'SERVING' });
    expect(await check(address, 'omnigate.nothing.v1.NoService')).toEqual({ code: grpc.status.NOT_FOUND });
  });

  it('is no longer when the process stops', async () => {
    const { address, health } = await start(botService(whoAmI));
    health.setStopping();
    expect(await check(address, '')).toEqual({ status: 'NOT_SERVING' });
    expect(await check(address, 'omnigate.bot.v1.BotService')).toEqual({ status: 'NOT_SERVING' });
  });

  it('is told to watchers, who do not hold the stop up', async () => {
    const { address, server } = await start(botService(whoAmI));
    const client = closing(new HealthClient(address, grpc.credentials.createInsecure()));
    const statuses: (string | undefined)[] = [];
    const watching = client.watch?.({ service: '' }) as unknown as grpc.ClientReadableStream<Answer>;
    const ended = new Promise<number>((resolve) => {
      watching.on('error', (error: grpc.ServiceError) => resolve(error.code));
    });
    await new Promise<void>((resolve) => {
      watching.on('data', ({ status }: Answer) => {
        statuses.push(status);
        resolve();
      });
    });
    await server.stop(60_000);
    expect(await ended).toBe(grpc.status.UNAVAILABLE);
    expect(statuses).toEqual(['SERVING', 'NOT_SERVING']);
  });
});
