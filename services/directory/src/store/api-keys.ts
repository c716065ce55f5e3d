import type { Queryable } from '@omnigate/database';

/** What a key opens. */
export interface StoredKey {
  hash: Buffer;
  tenantId: string;
  id: string;
  name: string;
  roles: string[];
  agentId: string | undefined;
  agent: string | undefined;
  /** Name of the Worker whose key it is. */
  worker: string | undefined;
}

interface KeyRow {
  hash: Buffer;
  tenant_id: string;
  id: string;
  name: string;
  roles: string[];
  agent_id: string | null;
  agent: string | null;
  worker: string | null;
}

const fromRow = (row: KeyRow): StoredKey => ({
  hash: row.hash,
  tenantId: row.tenant_id,
  id: row.id,
  name: row.name,
  roles: row.roles,
  agentId: row.agent_id ?? undefined,
  agent: row.agent ?? undefined,
  worker: row.worker ?? undefined,
});

const columns = 'hash, tenant_id, id, name, roles, agent_id, agent, worker';

/**
 * Finds keys by their hashes, before any scope is set.
 *
 * @param database a connection without a scope will do
 * @param hashes SHA-256 of the keys
 * @returns those that exist
 */
export async function findKeysByHash(database: Queryable, hashes: readonly Buffer[]): Promise<StoredKey[]> {
  const rows = await database.query<KeyRow>({
    name: 'directory_keys_by_hash',
    text: `select ${columns} from api_key where hash = any($1::bytea[])`,
    values: [hashes],
  });
  return rows.map(fromRow);
}

/**
 * Finds the keys of ApiKey resources.
 *
 * @param database a connection without a scope will do
 * @param ids ids of ApiKeys
 * @returns those that exist
 */
export async function findKeysById(database: Queryable, ids: readonly string[]): Promise<StoredKey[]> {
  const rows = await database.query<KeyRow>({
    name: 'directory_keys_by_id',
    text: `select ${columns} from api_key where id = any($1::uuid[])`,
    values: [ids],
  });
  return rows.map(fromRow);
}

/**
 * Writes a key, in place of the one that its ApiKey had.
 *
 * @param tx the transaction
 * @param key what it opens
 */
export async function writeKey(tx: Queryable, key: StoredKey): Promise<void> {
  await tx.query({
    text: `insert into api_key (${columns}) values ($1, $2, $3, $4, $5, $6, $7, $8)
      on conflict (id) do update set hash = excluded.hash, roles = excluded.roles, agent_id = excluded.agent_id,
        agent = excluded.agent, worker = excluded.worker`,
    values: [
      key.hash,
      key.tenantId,
      key.id,
      key.name,
      key.roles,
      key.agentId ?? null,
      key.agent ?? null,
      key.worker ?? null,
    ],
  });
}

/**
 * Takes a key out of use.
 *
 * @param tx the transaction
 * @param id the ApiKey's id
 */
export async function deleteKey(tx: Queryable, id: string): Promise<void> {
  await tx.query({ text: 'delete from api_key where id = $1::uuid', values: [id] });
}

/**
 * Counts operators' keys, beside some; the lock keeps two transactions from removing the last two of them at once.
 *
 * @param tx the transaction
 * @param exceptIds ids of ApiKeys that don't count
 * @returns how many there are
 */
export async function countOperatorKeys(tx: Queryable, exceptIds: readonly string[]): Promise<number> {
  const rows = await tx.query<{ id: string }>({
    text: `select id from api_key where 'operator' = any(roles) order by hash for no key update`,
  });
  return rows.filter((row) => !exceptIds.includes(row.id)).length;
}
