import { createServer, type Server } from 'node:net';
import { createPortGiver, freePorts } from './free-ports';

describe('free ports', () => {
  const servers: Server[] = [];
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      const server = createServer().once('error', reject);
      servers.push(server);
      server.listen(port, '127.0.0.1', resolve);
    });
  const many = async (give: () => Promise<number>, count: number) => {
    const ports: number[] = [];
    while (ports.length < count) ports.push(await give());
    return ports;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  test('no two givers give the same, though nobody has listened on any yet', async () => {
    const givers = Array.from({ length: 20 }, () => createPortGiver());
    const ports = (await Promise.all(givers.map((give) => many(give, 30)))).flat();
    expect(new Set(ports).size).toBe(ports.length);
  });

  test('can be listened on, and one that somebody listens on is passed over', async () => {
    const give = createPortGiver();
    const [first = 0] = await many(give, 1);
    await listen(first + 1);
    const rest = await many(give, 10);
    expect(rest).not.toContain(first + 1);
    await Promise.all([first, ...rest].map(listen));
  });

  test('are below what outgoing connections are given', async () => {
    for (const port of await freePorts(50)) {
      expect(port).toBeGreaterThan(14_999);
      expect(port).toBeLessThan(32_000);
    }
  });
});
