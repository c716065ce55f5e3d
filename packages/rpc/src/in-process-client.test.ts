import type { ConversationServiceService } from '@omnigate/contracts';
import { AppError, isAppError } from '@omnigate/errors';
import type { Identity } from './identity';
import { createInProcessClient } from './in-process-client';
import {
  botService,
  collect,
  conversationService,
  replyOf,
  tenantA,
  tenantB,
  whoAmI,
} from './loopback.fixture';
import type { Client } from './service';

const answer = { actions: [replyOf('hi')], dialogueState: '', evidence: undefined };
const codeOf = async (work: Promise<unknown>) => {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return isAppError(failure) ? failure.code : failure;
};

describe('createInProcessClient', () => {
  it('calls as the role service, in the tenant that the call names', async () => {
    const { ask } = createInProcessClient(botService(whoAmI));
    const [action] = (await ask({}, { tenantId: tenantB })).actions;
    expect(JSON.parse(action?.kind?.$case === 'reply' ? action.kind.value.text : '')).toEqual({
      tenantId: tenantB,
      roles: ['service'],
      keyName: 'in-process',
    });
  });

  it('completes a request with defaults, however deep', async () => {
    const seen: unknown[] = [];
    const { ask } = createInProcessClient(
      botService(async (request) => {
        seen.push(request);
        return answer;
      }),
    );
    await ask({ utterances: [{ text: '你好' }], locale: 'zh-CN' });
    expect(seen).toEqual([
      expect.objectContaining({
        utterances: [expect.objectContaining({ text: '你好', choiceId: '', role: 0 })],
        openCount: 0,
        explain: false,
        locale: 'zh-CN',
      }),
    ]);
  });

  it('gives back the very response, not a copy', async () => {
    const { ask } = createInProcessClient(botService(async () => answer));
    expect(await ask({})).toBe(answer);
  });

  it('checks roles and tenants as a server does', async () => {
    const agent: Identity = { tenantId: tenantA, roles: ['agent'], keyName: 'k' };
    const owner: Identity = { tenantId: tenantA, roles: ['owner'], keyName: 'k' };
    expect(await codeOf(createInProcessClient(botService(whoAmI), { identity: agent }).ask({}))).toBe(
      'PERMISSION_DENIED',
    );
    const asOwner = createInProcessClient(botService(whoAmI), { identity: owner });
    expect(await codeOf(asOwner.ask({}, { tenantId: tenantB }))).toBe('PERMISSION_DENIED');
  });

  it('refuses a method that nobody may call', async () => {
    const closed = botService(whoAmI, []);
    expect(await codeOf(createInProcessClient(closed).ask({}))).toBe('PERMISSION_DENIED');
  });

  it('throws what the handler threw, as an AppError', async () => {
    const own = new AppError('BOT_BUSY');
    const throwing = (error: unknown) => createInProcessClient(botService(() => Promise.reject(error)));
    await expect(throwing(own).ask({})).rejects.toBe(own);
    const cause = new Error('unexpected');
    await expect(throwing(cause).ask({})).rejects.toMatchObject({ code: 'INTERNAL', cause });
  });

  it('ends a call by its deadline, and tells the handler', async () => {
    const told = Promise.withResolvers<unknown>();
    const { ask } = createInProcessClient(
      botService((_request, { signal }) => {
        signal.addEventListener('abort', () => told.resolve(signal.reason));
        return new Promise(() => undefined);
      }),
    );
    expect(await codeOf(ask({}, { deadlineMs: 20 }))).toBe('DEADLINE_EXCEEDED');
    expect(isAppError(await told.promise, 'DEADLINE_EXCEEDED')).toBe(true);
  });

  it('ends a call by its signal, even one that aborted before', async () => {
    const { ask } = createInProcessClient(botService(() => new Promise(() => undefined)));
    const controller = new AbortController();
    const pending = codeOf(ask({}, { signal: controller.signal }));
    controller.abort();
    expect(await pending).toBe('CANCELLED');
    expect(await codeOf(ask({}, { signal: controller.signal }))).toBe('CANCELLED');
  });

  describe('streams', () => {
    const watchOf = (
      watch: Parameters<typeof conversationService>[0],
    ): Client<typeof ConversationServiceService>['watchConversations'] =>
      createInProcessClient(conversationService(watch)).watchConversations;
    const change = (resumeToken: string) => ({ change: undefined, resumeToken });

    it('deliver all, then end', async () => {
      const watch = watchOf(async function* () {
        yield change('1');
        yield change('2');
      });
      expect((await collect(watch({}))).map(({ resumeToken }) => resumeToken)).toEqual(['1', '2']);
    });

    it('throw what the handler threw', async () => {
      const watch = watchOf(async function* () {
        yield change('1');
        throw new AppError('RESUME_TOKEN_INVALID');
      });
      expect(await codeOf(collect(watch({})))).toBe('RESUME_TOKEN_INVALID');
    });

    it('end the handler when the reader leaves while it is silent', async () => {
      const left = Promise.withResolvers<void>();
      const watch = watchOf(async function* (_request, { signal }) {
        signal.addEventListener('abort', () => left.resolve());
        yield change('1');
        await new Promise(() => undefined);
      });
      const messages = watch({})[Symbol.asyncIterator]();
      await messages.next();
      const pending = messages.next();
      await messages.return?.();
      expect(await pending).toEqual({ done: true, value: undefined });
      await left.promise;
    });

    it('end by the signal', async () => {
      const controller = new AbortController();
      const watch = watchOf(async function* () {
        yield change('1');
        controller.abort();
        await new Promise(() => undefined);
      });
      expect(await codeOf(collect(watch({}, { signal: controller.signal })))).toBe('CANCELLED');
    });

    it('refuse whom they do not serve', async () => {
      const agent: Identity = { tenantId: tenantA, roles: ['agent'], keyName: 'k' };
      const service = conversationService(async function* () {});
      const { watchConversations } = createInProcessClient(service, { identity: agent });
      expect(await codeOf(collect(watchConversations({})))).toBe('PERMISSION_DENIED');
    });
  });
});
