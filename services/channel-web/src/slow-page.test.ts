import { WebSocket } from 'ws';
import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  // Pings at their usual pace: a page that does not read answers none, and is not to be ended for that here.
  bed = await startWebChat();
});
afterAll(() => bed.stop());

test('a page that does not read holds up nobody, and gets all of it when it reads again', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  await visitor.close();
  const slow = new WebSocket(`${bed.baseUrl.replace('http', 'ws')}/chat/${channel.id}`, {
    perMessageDeflate: false,
  });
  await new Promise((resolve) => slow.on('open', resolve));
  slow.send(JSON.stringify({ t: 'hello', token: visitor.token, after_seq: 0 }));
  await new Promise((resolve) => slow.once('message', resolve));
  const raw = (slow as unknown as { _socket: { pause(): void; resume(): void } })._socket;
  raw.pause();
  const text = '物'.repeat(100_000);
  const count = 60;
  for (let index = 0; index < count; index += 1) await bed.send(channel, visitor.visitorId, { text });
  await visitor.connect();
  await visitor.message(({ seq }) => seq === count);
  const all = Array.from({ length: count }, (_, index) => index + 1);
  expect(visitor.messages.map(({ seq }) => seq)).toEqual(all);
  const late: number[] = [];
  slow.on('message', (data) => {
    const frame = JSON.parse(String(data)) as { t: string; seq: number };
    if (frame.t === 'message') late.push(frame.seq);
  });
  raw.resume();
  await eventually('caught up', () => late.length >= count);
  expect(late).toEqual(all);
  slow.terminate();
  await visitor.close();
}, 60_000);
