import { createDirectoryCache, type DirectoryCache } from '@omnigate/directory-cache';
import { createLogger } from '@omnigate/runtime';
import { eventually } from '../testing/eventually';
import { invalid, type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
let cache: DirectoryCache;
let other: ReturnType<OpenDirectory['as']>;
beforeAll(async () => {
  open = await openDirectory();
  const { registry, bus } = open;
  cache = createDirectoryCache({ registry, bus, logger: createLogger({ service: 'test', level: 'silent' }) });
  await cache.start();
  await open.as(['operator']).apply({ kind: 'Tenant', name: 'other' });
  other = open.as(['owner'], (await open.registry.resolveTenant({ name: 'other' })).id);
});
afterAll(async () => {
  await cache.stop();
  await open.close();
});

const mail = (name: string, address: string) => ({
  kind: 'Channel',
  name,
  spec: { type: 'email', config: { address, smtp: { host: 'smtp.example.com' } } },
});
const holderOf = async (address: string, type = 'email') =>
  (await cache.channelByAddress(type, address))?.name;

test('a channel is found by its address, however it is written, and by no other', async () => {
  await open.as(['owner']).apply(mail('found', 'Shop@Shop.Example'));
  expect(await holderOf('shop@shop.example')).toBe('found');
  expect(await holderOf('SHOP@shop.example')).toBe('found');
  expect(await holderOf('shop@shop.example', 'sms-twilio')).toBeUndefined();
  expect(await holderOf('shop|x@shop.example')).toBeUndefined();
});

test("an address is one channel's alone, in all tenants", async () => {
  await open.as(['owner']).apply(mail('first', 'taken@shop.example'));
  const taken = invalid('resources[0].spec.config.address');
  await expect(other.apply(mail('second', 'TAKEN@shop.example'))).rejects.toEqual(taken);
  await expect(open.as(['owner']).apply(mail('third', 'taken@shop.example'))).rejects.toEqual(taken);
  await open.as(['owner']).apply(mail('first', 'taken@shop.example'));
  expect(await holderOf('taken@shop.example')).toBe('first');
});

test('one that is given up, by a change or with its channel, may be had by others', async () => {
  const { apply, directory } = open.as(['owner']);
  await apply(mail('moves', 'old@shop.example'), mail('goes', 'gone@shop.example'));
  expect([await holderOf('old@shop.example'), await holderOf('gone@shop.example')]).toEqual([
    'moves',
    'goes',
  ]);
  await apply(mail('moves', 'new@shop.example'));
  await directory.deleteResource({ kind: 'Channel', name: 'goes' });
  await other.apply(mail('takes', 'old@shop.example'), mail('too', 'gone@shop.example'));
  await eventually(
    async () => [
      await holderOf('new@shop.example'),
      await holderOf('old@shop.example'),
      await holderOf('gone@shop.example'),
    ],
    (holders) => holders.join() === 'moves,takes,too',
  );
});

test('two channels may change places in one apply', async () => {
  const { apply } = open.as(['owner']);
  await apply(mail('a', 'a@shop.example'), mail('b', 'b@shop.example'));
  await apply(mail('a', 'b@shop.example'), mail('b', 'a@shop.example'));
  await eventually(
    async () => [await holderOf('a@shop.example'), await holderOf('b@shop.example')],
    (holders) => holders.join() === 'b,a',
  );
});
