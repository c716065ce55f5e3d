import { AppError } from '@omnigate/errors';
import { authenticateServices } from './service-key';

const serviceKey = 'key-of-all-services';
const identity = { tenantId: 't', roles: ['owner'] as const, keyName: 'admin' };
const authenticate = authenticateServices(serviceKey, async (key) => {
  if (key === 'an-api-key') return identity;
  throw new AppError('UNAUTHENTICATED');
});

test('the key of all services is a service’s, in no tenant until a call names one', async () => {
  expect(await authenticate(serviceKey)).toEqual({ tenantId: '', roles: ['service'], keyName: 'service' });
});

test('any other key is looked up', async () => {
  expect(await authenticate('an-api-key')).toBe(identity);
  for (const key of ['', serviceKey.slice(1), `${serviceKey}x`, serviceKey.toUpperCase()])
    await expect(authenticate(key)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
