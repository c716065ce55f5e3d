import { startWebChat } from './testing/web-chat-bed';

test('a server that closes first waits neither for open pages nor for long polls', async () => {
  const bed = await startWebChat({ pollMs: 60_000 });
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const session = await fetch(`${bed.baseUrl}/chat/${channel.id}/sessions`, { method: 'POST' });
  const { token } = (await session.json()) as { token: string };
  const poll = fetch(`${bed.baseUrl}/chat/${channel.id}/messages`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await visitor.say('hello');
  await bed.close();
  expect((await poll).status).toBe(200);
  await bed.stop();
}, 20_000);
