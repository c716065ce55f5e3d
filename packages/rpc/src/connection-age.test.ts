import { type AddressInfo, connect, createServer as createSocketServer, type Socket } from 'node:net';
import { botClient, botService, endAll, startAged, whoAmI } from './loopback.fixture';

afterEach(endAll);

test('a connection that is old is replaced, and no call fails of it', async () => {
  const { port } = await startAged(300, botService(whoAmI));
  // What stands between counts connections.
  let connections = 0;
  const sockets: Socket[] = [];
  const between = createSocketServer((socket) => {
    connections += 1;
    sockets.push(socket);
    const onward = connect(port, '127.0.0.1');
    socket.on('error', () => onward.destroy()).pipe(onward);
    onward.on('error', () => socket.destroy()).pipe(socket);
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  const bot = botClient(`127.0.0.1:${(between.address() as AddressInfo).port}`, 'owner-key');
  let calls = 0;
  const callUntilReplaced = async (): Promise<void> => {
    while (connections < 3) {
      await bot.ask({});
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, callUntilReplaced));
  expect(calls).toBeGreaterThan(connections);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => between.close(resolve));
});
