import { checkTenantIsolation } from '@omnigate/database';
import { freshDatabase } from '@omnigate/testkit';
import { schemas } from './databases';

test('no table of any service has a way around row-level security', async () => {
  const database = await freshDatabase(schemas);
  try {
    expect(schemas.map(({ schema }) => schema)).toEqual([
      'bus',
      'directory',
      'routing',
      'bot',
      'integration',
      'channel_webhooks',
      'channel_web',
      'ticket',
      'analytics',
      'channel_wechat',
      'channel_email',
    ]);
    expect(await checkTenantIsolation(database.url, schemas)).toEqual([]);
  } finally {
    await database.drop();
  }
}, 60_000);
