import type { OutgoingRecord } from '@omnigate/bus';
import { ConversationChanged, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, openBed } from '../../testing/bed';
import { streamChanges } from './change-stream';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

/** Enough that they are spread over all partitions. */
const conversations = Array.from({ length: 8 }, () => newId());
let nextSeq = 0;

function changeOf(tenantId: string, conversationId: string): OutgoingRecord {
  nextSeq += 1;
  const value = ConversationChanged.fromPartial({ tenantId, conversationId, seq: BigInt(nextSeq) });
  return {
    topic: topics.conversationChanged,
    key: conversationId,
    value: ConversationChanged.encode(value).finish(),
    eventId: newId(),
    type: 'omnigate.conversation.v1.ConversationChanged',
    tenantId,
  };
}

/** Publishes changes of a tenant, as one batch. @returns their numbers */
async function publish(tenantId: string, count: number): Promise<number[]> {
  const first = nextSeq + 1;
  const records = Array.from({ length: count }, (_, index) =>
    changeOf(tenantId, conversations[index % conversations.length] ?? ''),
  );
  await bed.bus.appendAll(records);
  return Array.from({ length: count }, (_, index) => first + index);
}

interface Seen {
  seq: number;
  conversationId: string;
  token: string;
}

/** A stream under way. */
function watch(tenantId: string, resumeToken = '') {
  const abort = new AbortController();
  const stream = streamChanges(bed.bus, { tenantId, resumeToken, signal: abort.signal });
  const seen: Seen[] = [];
  return {
    seen,
    /** @returns the token of the start */
    async start(): Promise<string> {
      const { value } = await stream.next();
      expect(value?.change).toBeUndefined();
      return value?.token ?? '';
    },
    async read(count: number): Promise<Seen[]> {
      while (seen.length < count) {
        const { value, done } = await stream.next();
        if (done || !value?.change) throw new Error('the stream ended');
        const { seq, conversationId } = value.change;
        seen.push({ seq: Number(seq), conversationId, token: value.token });
      }
      return seen;
    },
    async stop(): Promise<void> {
      abort.abort();
      await stream.return(undefined);
    },
  };
}

const sorted = (seen: readonly Seen[]): number[] => seen.map(({ seq }) => seq).sort((a, b) => a - b);
/** Within a conversation, changes come in the order in which they were published. */
function expectOrder(seen: readonly Seen[]): void {
  for (const changes of Map.groupBy(seen, (change) => change.conversationId).values()) {
    expect(changes.map(({ seq }) => seq)).toEqual(sorted(changes));
  }
}

test('without a token it begins now, and shows the tenant’s changes alone', async () => {
  const [tenantId, other] = [newId(), newId()];
  await publish(tenantId, 3);
  const stream = watch(tenantId);
  await stream.start();
  await publish(other, 5);
  const expected = await publish(tenantId, 20);
  await publish(other, 5);
  expect(sorted(await stream.read(20))).toEqual(expected);
  expectOrder(stream.seen);
  await stream.stop();
});

test('it resumes after any change, also in the middle of a batch, without a gap or a repeat', async () => {
  const [tenantId, other] = [newId(), newId()];
  const whole = watch(tenantId);
  const start = await whole.start();
  await publish(other, 7);
  const expected = [...(await publish(tenantId, 24)), ...(await publish(tenantId, 9))];
  await publish(other, 7);
  await whole.read(expected.length);
  await whole.stop();
  for (const [index, cut] of [{ token: start }, ...whole.seen].entries()) {
    const rest = watch(tenantId, cut.token);
    expect(await rest.start()).not.toBe('');
    const before = whole.seen.slice(0, index);
    const after = await rest.read(expected.length - index);
    expect(sorted([...before, ...after])).toEqual(expected);
    expectOrder([...before, ...after]);
    await rest.stop();
  }
});

test('a stream that was resumed is resumed again, and its first token alone moves nothing', async () => {
  const tenantId = newId();
  const first = watch(tenantId);
  await first.start();
  const expected = await publish(tenantId, 30);
  await first.read(5);
  await first.stop();
  const seen = [...first.seen];
  while (seen.length < expected.length) {
    const again = watch(tenantId, seen.at(-1)?.token);
    const token = await again.start();
    await again.stop();
    const next = watch(tenantId, token);
    await next.start();
    seen.push(...(await next.read(5)));
    await next.stop();
  }
  expect(sorted(seen)).toEqual(expected);
  expectOrder(seen);
});

test('a reader that is slow loses nothing and holds up nobody', async () => {
  const tenantId = newId();
  const [slow, fast] = [watch(tenantId), watch(tenantId)];
  await slow.start();
  await fast.start();
  const expected: number[] = [];
  for (let batch = 0; batch < 10; batch += 1) {
    expected.push(...(await publish(tenantId, 200)));
    await fast.read(expected.length);
  }
  // All of it was there before the slow one read its first.
  expect(sorted(await slow.read(1_000))).toHaveLength(1_000);
  const rest = watch(tenantId, slow.seen.at(-1)?.token);
  await slow.stop();
  await rest.start();
  await rest.read(1_000);
  expect(sorted([...slow.seen, ...rest.seen])).toEqual(expected);
  expectOrder([...slow.seen, ...rest.seen]);
  await Promise.all([fast.stop(), rest.stop()]);
});

describe('a token that no stream returned is refused', () => {
  const tokenOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** The bus's token within a token of ours. */
  const base = async (): Promise<string> => {
    const stream = watch(newId());
    const token = await stream.start();
    await stream.stop();
    return (JSON.parse(Buffer.from(token, 'base64url').toString()) as { base: string }).base;
  };

  test.each([
    { name: 'no base64 of JSON', make: async () => 'nonsense' },
    { name: 'an array', make: async () => tokenOf([1]) },
    { name: 'null', make: async () => tokenOf(null) },
    { name: 'no base', make: async () => tokenOf({ seen: {} }) },
    { name: 'a base that is not the bus’s', make: async () => tokenOf({ base: 'nonsense', seen: {} }) },
    { name: 'offsets that are none', make: async () => tokenOf({ base: await base(), seen: { 0: 'x' } }) },
    { name: 'offsets below 0', make: async () => tokenOf({ base: await base(), seen: { 0: '-2' } }) },
    {
      name: 'numbers in place of texts',
      make: async () => tokenOf({ base: await base(), seen: { 0: 1.5 } }),
    },
    { name: 'partitions that are none', make: async () => tokenOf({ base: await base(), seen: { x: '1' } }) },
    { name: 'no object of offsets', make: async () => tokenOf({ base: await base(), seen: 'x' }) },
  ])('$name', async ({ make }) => {
    const stream = watch(newId(), await make());
    await expect(stream.start()).rejects.toMatchObject({ code: 'RESUME_TOKEN_INVALID' });
  });
});
