import {
  type DeadLetter,
  KnowledgeServiceService,
  OperationsServiceService,
  type TailResponse,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { defineService } from '@omnigate/rpc';
import { loopbackKey, loopbackServer } from '../testing/loopback-server';
import { recordedTerminal } from '../testing/recorded-terminal';
import { runCommand } from './program';

const owner = ['owner'] as const;
const topic = 'omnigate.message.received.v1';

let letters: DeadLetter[] = [];
const operations = defineService(
  OperationsServiceService,
  {
    listChannelLog: owner,
    listDeadLetters: owner,
    replayDeadLetters: owner,
    dropDeadLetters: owner,
    tail: owner,
  },
  {
    async listChannelLog({ channel }) {
      throw new AppError('NOT_FOUND', { resource: `Channel/${channel}` });
    },
    // Pages of two, so that all pages must be asked for.
    async listDeadLetters({ pageToken, topic: only }) {
      const from = Number(pageToken || 0);
      const found = letters.filter((letter) => only === '' || letter.topic === only);
      const nextPageToken = found.length > from + 2 ? String(from + 2) : '';
      return { deadLetters: found.slice(from, from + 2), nextPageToken };
    },
    replayDeadLetters: async (request) => ({ replayedCount: take(request) }),
    dropDeadLetters: async (request) => ({ droppedCount: take(request) }),
    async *tail({ topics }) {
      for (const each of topics) yield event(each);
      if (topics.length === 0) for (let index = 0; ; index += 1) yield event(`topic-${index}`);
    },
  },
);

const event = (each: string): TailResponse => ({
  readTime: new Date(0),
  topic: each,
  eventId: 'e',
  eventType: 't',
  summary: 'something',
});

function take({ ids, all }: { ids: string[]; all: boolean }): number {
  const before = letters.length;
  letters = letters.filter(({ id }) => !all && !ids.includes(id));
  return before - letters.length;
}

let server: Awaited<ReturnType<typeof loopbackServer>>;
beforeAll(async () => {
  server = await loopbackServer([operations]);
});
afterAll(() => server.stop());
beforeEach(() => {
  letters = ['d1', 'd2', 'd3'].map((id, index) => ({
    id,
    topic: index === 0 ? 'other' : topic,
    group: 'routing',
    errorCode: '22P02',
    sizeBytes: 12,
    failTime: new Date(0),
    eventId: 'e',
  }));
});

async function run(words: string[], env: NodeJS.ProcessEnv = {}) {
  const at = { OMNIGATE_GRPC_ADDRESS: server.address, OMNIGATE_API_KEY: loopbackKey, ...env };
  const terminal = recordedTerminal({ env: at });
  const code = await runCommand(words, terminal, '1.2.3');
  return { code, out: terminal.written(), err: terminal.complained() };
}

describe('exit codes', () => {
  test.each([
    [['--version'], 0],
    [['--help'], 0],
    [['get', '--help'], 0],
    [[], 2],
    [['nonsense'], 2],
    [['get'], 2],
    [['get', 'nonsense'], 2],
    [['get', 'channels', '--nonsense'], 2],
    [['get', 'channels', '-o', 'xml'], 2],
    [['get', 'channels', '--owner', 'bot'], 2],
    [['get', 'conversations', '--owner', 'nobody'], 2],
    [['get', 'messages'], 2],
    [['get', 'conversations', '--limit', '-1'], 2],
    [['send', '--channel', 'a'], 2],
    [['apply'], 2],
    [['dlq', 'drop'], 2],
    [['dlq', 'drop', 'd1', '--all'], 2],
    [['apply', '-f', '/nowhere/at/all.yaml'], 1],
    [['get', 'tickets'], 1],
    [['get', 'Queue'], 1],
    [['delete', 'SlaPolicies', 'x'], 1],
    [['get', 'channel-log', '--channel', 'nope'], 1],
    [['dlq', 'show', 'nope'], 1],
  ])('%j ends with %d', async (words, expected) => {
    const { code, out, err } = await run(words);
    expect(code).toBe(expected);
    if (expected === 0) expect(err).toBe('');
    else expect({ out, told: err !== '' }).toEqual({ out: '', told: true });
  });

  test('a key that is unknown is refused, a server that is not there is not reached', async () => {
    const refused = await run(['dlq', 'list'], { OMNIGATE_API_KEY: 'another' });
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('OMNIGATE_API_KEY') });
    const away = await run(['dlq', 'list'], { OMNIGATE_GRPC_ADDRESS: '127.0.0.1:1' });
    expect(away).toMatchObject({ code: 3, out: '', err: expect.stringContaining('npm start') });
  });

  test('a service that the server lacks is told', async () => {
    const { code, err } = await run(['get', 'unresolved']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('UNIMPLEMENTED') });
    expect(KnowledgeServiceService.listUnresolvedQuestions.path).toContain('KnowledgeService');
  });
});

test('every command has help with an example', async () => {
  const commands = ['apply', 'get', 'delete', 'send', 'desk', 'tail', 'dlq', 'kb', 'bot', 'bench'];
  const below = ['dlq list', 'dlq show', 'dlq replay', 'dlq drop', 'kb import', 'bot ask', 'bot eval'];
  for (const command of [...commands, ...below]) {
    const { code, out } = await run([...command.split(' '), '--help']);
    expect({ command, code, example: /Examples:\n {2}\S/.test(out) }).toEqual({
      command,
      code: 0,
      example: true,
    });
  }
});

describe('dlq', () => {
  test('list has all pages, as a table and as JSON', async () => {
    const { out } = await run(['dlq', 'list']);
    expect(out.trimEnd().split('\n')).toHaveLength(4);
    const { out: json } = await run(['dlq', 'list', '--topic', topic, '-o', 'json']);
    expect(JSON.parse(json)).toEqual([
      {
        id: 'd2',
        topic,
        group: 'routing',
        error_code: '22P02',
        size_bytes: 12,
        fail_time: '1970-01-01T00:00:00Z',
        event_id: 'e',
      },
      expect.objectContaining({ id: 'd3' }),
    ]);
  });

  test('replay and drop take ids or all, and tell what is not there', async () => {
    expect(await run(['dlq', 'replay', 'd1'])).toMatchObject({ code: 0, out: '1 replayed\n' });
    expect(await run(['dlq', 'drop', 'd1', 'd2'])).toMatchObject({ code: 1, out: '1 dropped\n' });
    expect(await run(['dlq', 'drop', '--all'])).toMatchObject({ code: 0, out: '1 dropped\n' });
    expect(await run(['dlq', 'list'])).toMatchObject({ code: 0, out: '', err: 'No dead letters.\n' });
  });

  test('show has one', async () => {
    expect((await run(['dlq', 'show', 'd3'])).out).toContain('id: d3');
  });
});

test('tail takes the short names of topics and ends after a count', async () => {
  const { code, out } = await run(['tail', '--count', '2', '--topic', 'message.status', '--topic', topic]);
  expect(code).toBe(0);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => line.includes('something'))).toEqual([true, true]);
  expect(out).toContain('message.received');
  const json = await run(['tail', '--count', '3', '-o', 'json']);
  const events = json.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { topic: string });
  expect(events.map((each) => each.topic)).toEqual(['topic-0', 'topic-1', 'topic-2']);
});
