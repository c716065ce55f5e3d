import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat();
});
afterAll(() => bed.stop());

test('resuming from any seq, again and again while messages come, leaves no gap and shows no repeat', async () => {
  const channel = bed.addChannel();
  const visitors = Array.from({ length: 20 }, () => bed.visitor(channel, { timeoutMs: 30_000 }));
  await Promise.all(visitors.map((visitor) => visitor.connect()));
  const count = 25;
  const talk = visitors.map(async (visitor) => {
    for (let index = 0; index < count; index += 1)
      await bed.send(channel, visitor.visitorId, { text: `${index}` });
  });
  const storm = visitors.map(async (visitor) => {
    for (let round = 0; round < 15; round += 1) {
      visitor.drop();
      await visitor.connect();
    }
  });
  await Promise.all([...talk, ...storm]);
  await Promise.all(visitors.map((visitor) => visitor.message(({ seq }) => seq === count)));
  for (const visitor of visitors) {
    expect(visitor.lastSeq).toBe(count);
    // A drop may lose what was on the wire; it is then asked for again, and never twice after it has arrived.
    const arrived = visitor.messages.map(({ seq }) => seq);
    expect(arrived).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(visitor.messages.map(({ content }) => content.text)).toEqual(arrived.map((seq) => `${seq - 1}`));
  }
  await Promise.all(visitors.map((visitor) => visitor.close()));
}, 90_000);

test('five hundred pages that come back at once all get what they missed', async () => {
  const channel = bed.addChannel();
  const visitors = Array.from({ length: 500 }, () => bed.visitor(channel, { timeoutMs: 30_000 }));
  await Promise.all(visitors.map((visitor) => visitor.connect()));
  await Promise.all(visitors.map((visitor) => visitor.say('hello')));
  for (const visitor of visitors) visitor.drop();
  await Promise.all(visitors.map((visitor) => bed.send(channel, visitor.visitorId, { text: 'missed' })));
  await Promise.all(visitors.map((visitor) => visitor.connect()));
  await Promise.all(visitors.map((visitor) => visitor.message(({ content }) => content.text === 'missed')));
  for (const visitor of visitors) {
    expect(visitor.messages.map(({ content }) => content.text)).toEqual(['hello', 'missed']);
  }
  const eventIds = new Set(bed.received.map(({ eventId }) => eventId));
  await eventually('all on the bus', () => new Set(bed.received.map(({ eventId }) => eventId)).size === 500);
  expect(eventIds.size).toBeLessThanOrEqual(500);
  await Promise.all(visitors.map((visitor) => visitor.close()));
}, 90_000);

test('a long mailbox is replayed whole, and from the middle', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel, { timeoutMs: 30_000 });
  await visitor.connect();
  const count = 230;
  await Promise.all(Array.from({ length: count }, () => bed.send(channel, visitor.visitorId, { text: 'x' })));
  await visitor.message(({ seq }) => seq === count);
  const late = bed.visitor(channel, { token: visitor.token, timeoutMs: 30_000 });
  await late.connect();
  await late.message(({ seq }) => seq === count);
  expect(late.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  await Promise.all([visitor.close(), late.close()]);
}, 90_000);

test('a lost wake-up is made up for when the page writes, and by the heartbeat', async () => {
  const lossy = await startWebChat({ tickMs: 20 });
  try {
    const channel = lossy.addChannel();
    const visitor = lossy.visitor(channel);
    await visitor.connect();
    await visitor.say('hello');
    await visitor.message(({ seq }) => seq === 1);
    // What another process appends while the fan-out loses its word: a row, and no wake-up.
    await lossy.database.transaction({ tenants: [channel.tenantId] }, (tx) =>
      tx.query({
        text: `select * from append_web_events(array[$1::uuid], array[$2::uuid], array[$3], array[$4::uuid], array[null], array['agent'], array['x'], array['{"type":"text","text":"found"}'])`,
        values: [channel.tenantId, channel.id, visitor.visitorId, channel.id],
      }),
    );
    const found = await visitor.message(({ content }) => content.text === 'found');
    expect(found.seq).toBe(2);
    await visitor.close();
  } finally {
    await lossy.stop();
  }
});
