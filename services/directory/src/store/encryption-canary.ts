import type { Database } from '@omnigate/database';
import { isAppError } from '@omnigate/errors';
import type { SecretBox } from '../domain/secret-envelope';
import { anySecretStored } from './resources';
import { listTenantIds } from './tenants';

const place = { tenantId: '', resourceId: 'encryption_canary', field: 'text' };
const text = 'omnigate';

const replaceCanary = async (database: Database, box: SecretBox): Promise<void> => {
  await database.query({
    text: `insert into encryption_canary (envelope) values ($1::text)
      on conflict (single) do update set envelope = excluded.envelope`,
    values: [box.seal(text, place)],
  });
};

/**
 * Checks at a start that the key opens what the database holds. A key may be changed as long as there is no secret.
 *
 * @param database directory's
 * @param box with the key of this start
 * @throws AppError ENCRYPTION_KEY_MISMATCH when secrets are there that the key does not open
 */
export async function checkEncryptionKey(database: Database, box: SecretBox): Promise<void> {
  const rows = await database.query<{ envelope: string }>({ text: 'select envelope from encryption_canary' });
  const envelope = rows[0]?.envelope;
  if (envelope === undefined) return replaceCanary(database, box);
  try {
    box.open(envelope, place);
  } catch (error) {
    if (!isAppError(error, 'ENCRYPTION_KEY_MISMATCH')) throw error;
    const tenants = await listTenantIds(database);
    if (await database.transaction({ tenants }, anySecretStored)) throw error;
    await replaceCanary(database, box);
  }
}
