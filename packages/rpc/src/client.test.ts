import { BotServiceService } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { createClient } from './client';
import {
  botClient,
  botService,
  closing,
  endAll,
  failureOf,
  start,
  tenantA,
  textOf,
  whoAmI,
} from './loopback.fixture';

afterEach(endAll);

describe('retries', () => {
  const failing = (times: number, calls: { count: number }) =>
    botService(async (request, context) => {
      calls.count += 1;
      if (calls.count <= times) throw new AppError('UNAVAILABLE');
      return whoAmI(request, context);
    });

  it('repeat UNAVAILABLE for an idempotent method', async () => {
    const calls = { count: 0 };
    const { address } = await start(failing(2, calls));
    const options = { address, apiKey: 'owner-key', idempotent: ['ask'] };
    expect(textOf(await closing(createClient(BotServiceService, options)).ask({}))).toContain(tenantA);
    expect(calls.count).toBe(3);
  });

  it('repeat nothing else', async () => {
    const calls = { count: 0 };
    const { address } = await start(failing(1, calls));
    expect((await failureOf(botClient(address, 'owner-key').ask({}))).code).toBe('UNAVAILABLE');
    expect(calls.count).toBe(1);
  });
});
