import * as grpc from '@grpc/grpc-js';
import { RpcStatus } from '@omnigate/contracts';
import { AppError, type ErrorCode, errorRow, errorTable } from '@omnigate/errors';
import { fromStatusMessage, toStatusMessage } from './grpc-error';
import { botClient, botService, endAll, failureOf, start, tenantA } from './loopback.fixture';

afterEach(endAll);

describe('errors', () => {
  const throwing = (error: () => unknown) =>
    botService(async () => {
      throw error();
    });

  it('carries every code of the table whole', async () => {
    const fields = [{ field: 'spec.config.from', description: '必须是 +E.164' }];
    const metadata = { reason: 'because', kind: 'x' };
    const { address } = await start(
      botService(async ({ dialogueState }) => {
        throw new AppError(dialogueState as ErrorCode, metadata, { fields, retryAfterMs: 1_500 });
      }),
    );
    const bot = botClient(address, 'owner-key');
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const failure = await failureOf(bot.ask({ dialogueState: code }));
      const told = code === 'INTERNAL' ? { metadata: {}, fields: [] } : { metadata, fields };
      expect(failure).toMatchObject({ code, retryAfterMs: 1_500, ...told });
      expect((failure.cause as grpc.ServiceError).code).toBe(grpc.status[errorRow(code).grpc]);
    }
  });

  it('carries them in an answer about several things, too', () => {
    const fields = [{ field: 'text', description: 'too long' }];
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const thrown = new AppError(code, { reason: 'because' }, { fields, retryAfterMs: 1_500 });
      const sent = RpcStatus.encode(toStatusMessage(thrown)).finish();
      const told = code === 'INTERNAL' ? { fields: [] } : { metadata: { reason: 'because' }, fields };
      expect(fromStatusMessage(RpcStatus.decode(sent))).toMatchObject({ code, retryAfterMs: 1_500, ...told });
    }
  });

  it('never tells what an unexpected error said, but logs that it was', async () => {
    const { address, lines } = await start(throwing(() => new Error('password=hunter2')));
    const failure = await failureOf(botClient(address, 'owner-key').ask({}));
    const cause = failure.cause as grpc.ServiceError;
    expect(failure.code).toBe('INTERNAL');
    expect(JSON.stringify([failure.message, cause.message, cause.metadata.toJSON()])).not.toContain(
      'hunter2',
    );
    expect(lines.find((line) => line.message === 'rpc')).toMatchObject({
      level: 'warn',
      method: 'omnigate.bot.v1.BotService/Ask',
      code: 'INTERNAL',
      tenant_id: tenantA,
      key_name: 'owner',
      err: { type: 'Error' },
    });
  });

  it('carries as many field violations as a trailer may hold', async () => {
    const fields = Array.from({ length: 500 }, (_, index) => ({
      field: `resources[${index}]`,
      description: '不认识的字段'.repeat(5),
    }));
    const { address } = await start(throwing(() => new AppError('INVALID_ARGUMENT', {}, { fields })));
    const failure = await failureOf(botClient(address, 'owner-key').ask({}));
    expect(failure.code).toBe('INVALID_ARGUMENT');
    expect(failure.fields.length).toBeGreaterThan(10);
    expect(failure.fields[0]).toEqual(fields[0]);
  });

  it('says UNAVAILABLE where nobody listens', async () => {
    const failure = await failureOf(botClient('127.0.0.1:1', 'owner-key').ask({}, { deadlineMs: 5_000 }));
    expect(failure.code).toBe('UNAVAILABLE');
    expect(failure.retryable).toBe(true);
  });
});
