import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnowledgeArticle } from '../domain/knowledge-article';
import type { TurnInput } from '../domain/turn-input';
import { createThinker, type Thinker } from './thinker';

const article = (name: string, question: string, answer: string): KnowledgeArticle => ({
  id: `id-of-${name}`,
  name,
  language: 'en',
  audience: 'everyone',
  handling: 'answer',
  question,
  variants: [`please say: ${question}`],
  answer,
});
const SHOP = [
  article('opening', 'When do you open?', 'At nine.'),
  article('parking', 'Where can I park?', 'Behind the house.'),
  article('returns', 'How do I return an item?', 'Send it back.'),
];
const question = (text: string): TurnInput => ({
  messages: [{ role: 'customer', text }],
  locale: 'en',
  limits: { maxCharacters: 500, menu: false },
  dialogueState: '',
  now: 0,
});

/** A worker that crashes, hangs or is late, as the text says; else it repeats the text. */
const ODD_WORKER = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => {
  if (message.kind === 'load') return parentPort.postMessage({ kind: 'loaded', load: message.load.load });
  if (message.kind !== 'asks') return;
  for (const { ask, input } of message.asks) {
    const { text } = input.messages[0];
    if (text === 'crash') process.exit(3);
    if (text === 'hang') for (;;);
    if (text === 'silence') continue;
    if (text === 'fail') { parentPort.postMessage({ kind: 'answers', answers: [{ ask, error: 'no' }] }); continue; }
    parentPort.postMessage({ kind: 'answers', answers: [{ ask, result: text }] });
  }
});
`;

describe('createThinker with its own worker', () => {
  let thinker: Thinker;

  beforeAll(() => {
    thinker = createThinker({ workers: 1, maxQueue: 100, timeoutMs: 20_000 });
  });
  afterAll(() => thinker.close());

  test('answers for a tenant, with the id of its own article', async () => {
    await thinker.load('a', '1', SHOP);
    const { actions, evidence } = await thinker.think('a', question('when do you open?'));
    expect(actions).toEqual([
      {
        kind: 'reply',
        text: 'At nine.',
        articleId: 'id-of-opening',
        articleName: 'opening',
        articleNames: ['opening'],
      },
    ]);
    expect(evidence.decision).toBe('reply');
  });

  test('tenants with equal articles share knowledge and keep their ids', async () => {
    const own = SHOP.map((one) => ({ ...one, id: `other-${one.name}` }));
    await thinker.load('b', '1', own);
    const { actions } = await thinker.think('b', question('where can I park'));
    expect(actions[0]).toMatchObject({ articleId: 'other-parking' });
  });

  test('a new revision replaces the knowledge; the old one answers until then', async () => {
    await thinker.load('c', '1', SHOP);
    const loading = thinker.load('c', '2', [
      article('opening', 'When do you open?', 'At ten.'),
      ...SHOP.slice(1),
    ]);
    const asked = thinker.think('c', question('when do you open'));
    await loading;
    expect((await asked).actions[0]?.kind).toBe('reply');
    expect((await thinker.think('c', question('when do you open'))).actions[0]).toMatchObject({
      text: 'At ten.',
    });
    expect((await thinker.think('a', question('when do you open'))).actions[0]).toMatchObject({
      text: 'At nine.',
    });
  });

  test('a question may come before the load is done', async () => {
    const loading = thinker.load('d', '1', SHOP);
    await expect(thinker.think('d', question('where can I park'))).resolves.toMatchObject({
      actions: [{ kind: 'reply' }],
    });
    await loading;
  });

  test('settings of a tenant hold for it alone', async () => {
    const mustHumanRules = [{ name: 'parking', reason: 'SENSITIVE_TOPIC' as const, phrases: ['park'] }];
    await thinker.load('e', '1', SHOP, { mustHumanRules });
    expect((await thinker.think('e', question('where can I park'))).actions[0]?.kind).toBe('hand_over');
    expect((await thinker.think('a', question('where can I park'))).actions[0]?.kind).toBe('reply');
  });

  test('refuses tenants that are not loaded, or not any more', async () => {
    await expect(thinker.think('nobody', question('hi'))).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
    await thinker.load('f', '1', SHOP);
    thinker.unload('f');
    await expect(thinker.think('f', question('hi'))).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
    expect((await thinker.think('a', question('when do you open'))).actions[0]?.kind).toBe('reply');
  });

  test('a load that is overtaken or unloaded still ends', async () => {
    const first = thinker.load('g', '1', [article('only-here', 'What is this?', 'This.')]);
    const second = thinker.load('g', '2', SHOP);
    const third = thinker.load('h', '1', [article('only-there', 'What is that?', 'That.')]);
    thinker.unload('h');
    await Promise.all([first, second, third]);
    expect((await thinker.think('g', question('where can I park'))).actions[0]?.kind).toBe('reply');
  });

  test('articles that can not be used fail their load alone', async () => {
    const broken = [{ ...article('broken', 'Why?', 'Because.'), variants: null as unknown as string[] }];
    await expect(thinker.load('i', '1', broken)).rejects.toMatchObject({ code: 'INTERNAL' });
    await thinker.load('i', '1', SHOP);
    expect((await thinker.think('i', question('where can I park'))).actions[0]?.kind).toBe('reply');
  });
});

describe('createThinker with a worker that misbehaves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'odd-worker-'));
  const workerFile = join(folder, 'odd-worker.cjs');
  let thinker: Thinker;
  const start = async (maxQueue: number, timeoutMs: number): Promise<void> => {
    thinker = createThinker({ workers: 1, maxQueue, timeoutMs, workerFile });
    await thinker.load('a', '1', SHOP);
  };

  beforeAll(() => writeFileSync(workerFile, ODD_WORKER));
  afterEach(() => thinker.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a crash rejects what waited, and a new worker with the same tenants takes over', async () => {
    await start(10, 20_000);
    const asks = await Promise.allSettled(
      ['silence', 'crash'].map((text) => thinker.think('a', question(text))),
    );
    for (const ask of asks)
      expect(ask).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    let result: unknown;
    while (result === undefined) {
      result = await thinker
        .think('a', question('again'))
        .catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
    }
    expect(result).toBe('again');
  });

  test('a full queue refuses at once, and takes asks again when there is room', async () => {
    await start(2, 20_000);
    const first = thinker.think('a', question('one'));
    const second = thinker.think('a', question('two'));
    await expect(thinker.think('a', question('three'))).rejects.toMatchObject({
      code: 'BOT_BUSY',
      retryable: true,
    });
    expect(await Promise.all([first, second])).toEqual(['one', 'two']);
    expect(await thinker.think('a', question('four'))).toBe('four');
  });

  test('an ask without an answer ends in time', async () => {
    await start(10, 100);
    await expect(thinker.think('a', question('silence'))).rejects.toMatchObject({ code: 'BOT_TIMEOUT' });
  });

  test('a worker that hangs is replaced', async () => {
    await start(10, 2_000);
    await expect(thinker.think('a', question('hang'))).rejects.toMatchObject({ code: 'BOT_TIMEOUT' });
    expect(await thinker.think('a', question('again'))).toBe('again');
  });

  test('a failing ask fails alone', async () => {
    await start(10, 20_000);
    const both = await Promise.allSettled(['fail', 'fine'].map((text) => thinker.think('a', question(text))));
    expect(both).toMatchObject([{ reason: { code: 'INTERNAL' } }, { value: 'fine' }]);
  });

  test('close rejects what waits', async () => {
    await start(10, 20_000);
    const ask = thinker.think('a', question('silence'));
    await Promise.all([expect(ask).rejects.toMatchObject({ code: 'UNAVAILABLE' }), thinker.close()]);
  });
});
