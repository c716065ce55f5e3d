import { ResolvedChannel } from '@omnigate/contracts';
import { customerOf } from './customer';

const channelOf = (type: string, addressNamespace: string) =>
  ResolvedChannel.fromPartial({ type, channelType: { type, addressNamespace } });
const web = channelOf('web', 'web');

test('who proved an identity is known by it to other systems', () => {
  expect(customerOf({ contactId: 'c1', address: 'user:u-7' }, web)).toEqual({
    contactId: 'c1',
    channelType: 'web',
    address: 'user:u-7',
    addressNamespace: 'web',
    externalId: 'u-7',
  });
});

test('nobody else is, whatever the address looks like', () => {
  const visitor = { contactId: 'c1', address: '0199f000-0000-7000-8000-000000000000' };
  expect(customerOf(visitor, web).externalId).toBe('');
  const written = { contactId: 'c1', address: 'user:u-7' };
  expect(customerOf(written, channelOf('email', 'email')).externalId).toBe('');
  expect(customerOf(written, undefined)).toMatchObject({ externalId: '', channelType: '' });
});
