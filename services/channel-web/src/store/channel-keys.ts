import { randomBytes } from 'node:crypto';
import type { Database } from '@omnigate/database';

/** The keys that sign visitor tokens, one a channel. */
export interface ChannelKeys {
  /** Returns the channel's key; makes it on first use. */
  of(channel: { id: string; tenantId: string }): Promise<Buffer>;
}

/** Keeps the keys in the database and, once read, in memory: they never change. */
export function createChannelKeys(database: Database): ChannelKeys {
  const known = new Map<string, Promise<Buffer>>();

  async function load({ id, tenantId }: { id: string; tenantId: string }): Promise<Buffer> {
    const values = [tenantId, id];
    return database.transaction({ tenants: [tenantId] }, async (tx) => {
      await tx.query({
        name: 'web_channel_key_insert',
        text: 'insert into web_channel_key (tenant_id, channel_id, secret) values ($1, $2, $3) on conflict do nothing',
        values: [...values, randomBytes(32)],
      });
      const [row] = await tx.query<{ secret: Buffer }>({
        name: 'web_channel_key_select',
        text: 'select secret from web_channel_key where tenant_id = $1 and channel_id = $2',
        values,
      });
      return (row as { secret: Buffer }).secret;
    });
  }

  return {
    of(channel) {
      let key = known.get(channel.id);
      if (!key) {
        key = load(channel);
        known.set(channel.id, key);
        key.catch(() => known.delete(channel.id));
      }
      return key;
    },
  };
}
