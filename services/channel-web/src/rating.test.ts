import { randomUUID } from 'node:crypto';
import { type Content, PartyRole, type ResolvedChannel } from '@omnigate/contracts';
import type { WebVisitor } from '@omnigate/testkit';
import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat();
});
afterAll(() => bed.stop());

const resolved: Content = { kind: { $case: 'event', value: { name: 'conversation-resolved', detail: '' } } };

/** A visitor whose conversation has ended. */
async function afterEnd(channel: ResolvedChannel = bed.addChannel()) {
  const visitor = bed.visitor(channel);
  await visitor.connect();
  await visitor.say('hello');
  const end = await bed.send(channel, visitor.visitorId, {
    content: resolved,
    role: PartyRole.PARTY_ROLE_SYSTEM,
  });
  await visitor.message(({ content }) => content.type === 'resolved');
  return { channel, visitor, end };
}

async function rate(visitor: WebVisitor, rating: object, cid: string = randomUUID()) {
  const from = visitor.frames.length;
  visitor.frame({ t: 'rate', cid, ...rating });
  return visitor.frameThat(
    (frame) => visitor.frames.indexOf(frame) >= from && frame.cid === cid && frame.t !== 'message',
  );
}

const ratingsFrom = (address: string) =>
  bed.received.filter(
    ({ sender, content }) => sender?.address === address && content?.kind?.$case === 'event',
  );
const post = (channel: ResolvedChannel, token: string, body: object, cid: string = randomUUID()) =>
  fetch(`${bed.baseUrl}/chat/${channel.id}/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': cid,
    },
    body: JSON.stringify(body),
  });

test('the end is told in the mailbox, and a rating goes out once, to all pages of the visitor', async () => {
  const { channel, visitor, end } = await afterEnd();
  const second = bed.visitor(channel, { token: visitor.token });
  await second.connect();
  const cid = randomUUID();
  const rating = { of: end, score: 4, comment: ' quick ' };
  const first = await rate(visitor, rating, cid);
  expect(first).toMatchObject({ t: 'ack', seq: 3 });
  expect(await rate(visitor, rating, cid)).toEqual(first);
  const shown = await second.message(({ content }) => content.type === 'rating');
  expect(shown).toMatchObject({
    cid,
    from: { role: 'customer' },
    content: { type: 'rating', of: end, score: 4, comment: 'quick' },
  });
  await eventually('rating received', () => ratingsFrom(visitor.visitorId).length > 0);
  expect(ratingsFrom(visitor.visitorId)).toMatchObject([
    { replyTo: end, content: { kind: { value: { name: 'rated', detail: '4 quick' } } } },
  ]);
  await Promise.all([visitor.close(), second.close()]);
});

test('a conversation is rated once: another rating is refused, whichever way it comes', async () => {
  const { channel, visitor, end } = await afterEnd();
  expect(await (await post(channel, visitor.token, { rating: { of: end, score: 5 } })).json()).toMatchObject({
    seq: 3,
  });
  expect(await rate(visitor, { of: end, score: 1 })).toMatchObject({ t: 'error', code: 'ALREADY_EXISTS' });
  const again = await post(channel, visitor.token, { rating: { of: end, score: 2, comment: '' } });
  expect(again.status).toBe(409);
  // The same opinion once more is no other one.
  expect(await rate(visitor, { of: end, score: 5 })).toMatchObject({ t: 'ack', seq: 3 });
  expect((await visitor.say('next')).seq).toBe(4);
  expect(ratingsFrom(visitor.visitorId)).toHaveLength(1);
  await visitor.close();
});

test('what has not ended, what nobody said, and what another visitor had is not rated', async () => {
  const { channel, visitor, end } = await afterEnd();
  const other = bed.visitor(channel);
  await other.connect();
  const said = await visitor.say('more');
  for (const [who, of] of [
    [visitor, said.id],
    [visitor, randomUUID()],
    [other, end],
  ] as const) {
    expect(await rate(who, { of, score: 3 })).toMatchObject({ t: 'error', code: 'NOT_FOUND' });
    expect((await post(channel, who.token, { rating: { of, score: 3 } })).status).toBe(404);
  }
  await Promise.all([visitor.close(), other.close()]);
});

test('a rating out of range is refused and the page goes on', async () => {
  const { channel, visitor, end } = await afterEnd();
  const bad = [
    { score: 0 },
    { score: 6 },
    { score: 4.5 },
    { score: '4' },
    {},
    { score: 4, comment: 'x'.repeat(1_001) },
    { score: 4, of: 'x' },
  ];
  for (const rating of bad) {
    expect(await rate(visitor, { of: end, ...rating })).toMatchObject({
      t: 'error',
      code: 'MESSAGE_INVALID',
    });
    expect((await post(channel, visitor.token, { rating: { of: end, ...rating } })).status).toBe(400);
  }
  // Seven bad frames are few enough to stay; the answer to a good one comes.
  expect(await rate(visitor, { of: end, score: 3, comment: '好'.repeat(1_000) })).toMatchObject({ t: 'ack' });
  await visitor.close();
});

test('after the end the bot is about to answer again, and a rating makes nobody type', async () => {
  const { channel, visitor, end } = await afterEnd();
  const typing = () => visitor.frames.filter(({ t }) => t === 'typing').length;
  const before = typing();
  await rate(visitor, { of: end, score: 3 });
  expect(typing()).toBe(before);
  await visitor.say('something else');
  await eventually('the bot types', () => typing() === before + 1);
  const again = bed.visitor(channel, { token: visitor.token });
  await again.connect();
  await again.say('and more');
  await again.frameThat(({ t }) => t === 'typing');
  await Promise.all([visitor.close(), again.close()]);
});
