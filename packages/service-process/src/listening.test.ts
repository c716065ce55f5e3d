import { createServer } from 'node:net';
import { listening } from './listening';

const variable = 'OMNIGATE_HTTP_PORT';
const listen = (host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve(port)));
  });
const failure = async (host: string, port: number): Promise<unknown> =>
  listening({ host, port, variable }, listen).catch((error: unknown) => error);

test('a free port is listened on', async () => {
  expect(await listening({ host: '127.0.0.1', port: 0, variable }, listen)).toBe(0);
});

test('a port that is taken is named, with the variable that moves it', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  expect(await failure('127.0.0.1', port)).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(new RegExp(`port ${port} is in use: .* set ${variable} to another`)),
  });
  await new Promise((resolve) => other.close(resolve));
});

test.each(['192.0.2.1', 'no-such-host.invalid'])('%s, which is another machine’s, is named', async (host) => {
  expect(await failure(host, 0)).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`OMNIGATE_BIND: ${host}`),
  });
});

test('what is no matter of configuration stays as it was', async () => {
  const fault = new Error('something else');
  const broken = (): Promise<never> => Promise.reject(fault);
  await expect(listening({ host: '127.0.0.1', port: 0, variable }, broken)).rejects.toBe(fault);
});
