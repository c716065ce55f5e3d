import { createServer, type Server, type Socket } from 'node:net';
import {
  freePorts,
  freshDatabase,
  type ServiceName,
  type ServiceProcess,
  serviceRows,
  startService,
} from '@omnigate/testkit';
import { eventually } from '../journeys/eventually';

const names = serviceRows.map(({ name }) => name);
/** A path by which work comes to a service. */
const work: Partial<Record<ServiceName, string>> = {
  'channel-webhooks': '/webhooks/sms-twilio/x',
  'channel-web': '/chat/x/messages',
  'channel-wechat': '/webhooks/wechat-official/x',
};
const nowhere = 'postgres://nobody:x@127.0.0.1:1/none';
const env = {
  OMNIGATE_HTTP_PORT: '0',
  OMNIGATE_GRPC_PORT: '0',
  OMNIGATE_SMTP_PORT: '0',
  OMNIGATE_SERVICE_KEY: 'key-of-all-services',
  OMNIGATE_PUBLIC_URL: 'http://127.0.0.1:1',
  OMNIGATE_ENCRYPTION_KEY: 'ab'.repeat(32),
  OMNIGATE_ADMIN_KEY: 'key-of-the-owner-1',
  OMNIGATE_DIRECTORY_ADDRESS: '127.0.0.1:1',
  OMNIGATE_BOT_ADDRESS: '127.0.0.1:1',
  OMNIGATE_ROUTING_ADDRESS: '127.0.0.1:1',
  OMNIGATE_INTEGRATION_ADDRESS: '127.0.0.1:1',
};

const shut = (server: Server) => new Promise((resolve) => server.close(resolve));

describe('the start of a service process', () => {
  const started: ServiceProcess[] = [];
  const start = async (name: ServiceName, changed: Record<string, string>) => {
    const one = await startService(name, { ...env, ...changed });
    started.push(one);
    return one;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.stop()));
  });

  test.each(names)('%s refuses a wrong configuration in one line that names all of it', async (name) => {
    const one = await start(name, {
      DATABASE_URL: 'mine',
      OMNIGATE_SERVICE_KEY: '',
      OMNIGATE_HTTP_PORT: 'x',
    });
    expect(await one.ended).toBe(1);
    expect(one.output().trim().split('\n')).toEqual([
      expect.stringMatching(
        new RegExp(
          `^omnigate-${name} could not start: (?=.*OMNIGATE_HTTP_PORT: )(?=.*OMNIGATE_SERVICE_KEY: ).*DATABASE_URL: .*\\(CONFIG_INVALID\\)$`,
        ),
      ),
    ]);
    expect(one.output()).not.toContain(': mine');
  });

  test.each([
    ['routing', 'OMNIGATE_BOT_ADDRESS', 'nowhere at all'],
    ['ticket', 'OMNIGATE_ROUTING_ADDRESS', 'nowhere at all'],
    ['bot', 'OMNIGATE_DIRECTORY_ADDRESS', 'http://directory'],
    ['bot', 'OMNIGATE_INTEGRATION_ADDRESS', 'nowhere at all'],
    ['channel-web', 'OMNIGATE_PUBLIC_URL', ''],
    ['channel-webhooks', 'OMNIGATE_SENDS_IN_FLIGHT', '0'],
    ['directory', 'OMNIGATE_ENCRYPTION_KEY', 'short'],
    ['directory', 'OMNIGATE_ADMIN_KEY', ''],
  ] as const)('%s says what is wrong with %s', async (name, key, value) => {
    const one = await start(name, { DATABASE_URL: nowhere, [key]: value });
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(new RegExp(`could not start: .*${key}: must be .*\\(CONFIG_INVALID\\)`));
  });

  test('a port that is taken is named', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const one = await start('bot', { DATABASE_URL: nowhere, OMNIGATE_HTTP_PORT: String(port) });
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(new RegExp(`port ${port} is in use: .*OMNIGATE_HTTP_PORT`));
    await shut(server);
  });

  test.each(names)(
    '%s waits for its database, says so, refuses work meanwhile, and ends at once',
    async (name) => {
      const [port = 0] = await freePorts(1);
      const one = await start(name, { DATABASE_URL: nowhere, OMNIGATE_HTTP_PORT: String(port) });
      const url = `http://127.0.0.1:${port}`;
      await eventually(() => fetch(`${url}/livez`).then(({ status }) => status === 200), {
        what: 'it lives',
      });
      const readiness = await fetch(`${url}/readyz`);
      expect(readiness.status).toBe(503);
      const { checks } = (await readiness.json()) as { checks: object };
      expect(checks).toMatchObject({ schema: false, database: false, bus: false, started: false });
      const path = work[name];
      if (path) {
        const refused = await fetch(`${url}${path}`, { method: 'POST' });
        expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 5]);
      }
      const askedAt = performance.now();
      expect(await one.stop()).toBe(0);
      expect(performance.now() - askedAt).toBeLessThan(5_000);
      expect(one.output()).not.toContain('is ready');
    },
  );

  test('each says when it is ready, and ends in order when it is asked to', async () => {
    const database = await freshDatabase([]);
    const [port = 0] = await freePorts(1);
    const common = { DATABASE_URL: database.url, OMNIGATE_DIRECTORY_ADDRESS: `127.0.0.1:${port}` };
    const own: Partial<Record<ServiceName, object>> = { directory: { OMNIGATE_GRPC_PORT: String(port) } };
    const all: ServiceProcess[] = [];
    for (const name of names) {
      const one = await start(name, { ...common, ...own[name] });
      const { http } = await one.ready();
      expect((await fetch(`http://${http}/readyz`)).status).toBe(200);
      all.push(one);
    }
    for (const one of all.reverse()) expect([one.name, await one.stop()]).toEqual([one.name, 0]);
    await database.drop();
  }, 120_000);

  test('a database that answers nothing does not hold the end up', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const one = await start('routing', { DATABASE_URL: `postgres://x@127.0.0.1:${port}/x` });
    await eventually(() => sockets.length > 0, { what: 'a connection' });
    expect(await one.stop()).toBe(0);
    for (const socket of sockets) socket.destroy();
    await shut(silent);
  });

  test('a service waits for directory, and starts when it is there; another key is refused by name', async () => {
    const database = await freshDatabase([]);
    const [port = 0] = await freePorts(1);
    const common = { DATABASE_URL: database.url, OMNIGATE_DIRECTORY_ADDRESS: `127.0.0.1:${port}` };
    const bot = await start('bot', common);
    await eventually(() => /"waits_for":"directory"/.test(bot.output()), { what: 'it waits' });
    const directory = await start('directory', { ...common, OMNIGATE_GRPC_PORT: String(port) });
    await directory.ready();
    const { http } = await bot.ready();
    expect((await fetch(`http://${http}/readyz`)).status).toBe(200);
    const stranger = await start('routing', { ...common, OMNIGATE_SERVICE_KEY: 'key-of-other-services' });
    expect(await stranger.ended).toBe(1);
    expect(stranger.output()).toMatch(/OMNIGATE_SERVICE_KEY: directory has another one.*\(CONFIG_INVALID\)/);
    expect([await bot.stop(), await directory.stop()]).toEqual([0, 0]);
    await database.drop();
  }, 60_000);
});
