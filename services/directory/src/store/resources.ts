import type { Queryable } from '@omnigate/database';
import type { Kind } from '../domain/kind';
import type { JsonObject, StoredResource } from '../domain/resource';

interface ResourceRow {
  tenant_id: string;
  kind: Kind;
  name: string;
  id: string;
  spec: JsonObject;
  secrets: Record<string, string>;
  hash: Buffer;
  revision: string;
  applied_by_operator: boolean;
  create_time: Date;
  update_time: Date;
}

const columns =
  'tenant_id, kind, name, id, spec, secrets, hash, revision::text, applied_by_operator, create_time, update_time';

const fromRow = (row: ResourceRow): StoredResource => ({
  tenantId: row.tenant_id,
  kind: row.kind,
  name: row.name,
  id: row.id,
  spec: row.spec,
  secrets: row.secrets,
  hash: row.hash,
  revision: BigInt(row.revision),
  appliedByOperator: row.applied_by_operator,
  createTime: row.create_time,
  updateTime: row.update_time,
});

/** What identifies a resource to people. */
export interface ResourceName {
  tenantId: string;
  kind: Kind;
  name: string;
}

/**
 * Finds resources by kind and name.
 *
 * @param tx the transaction
 * @param names what to find
 * @returns those that exist
 */
export async function findResources(
  tx: Queryable,
  names: readonly ResourceName[],
): Promise<StoredResource[]> {
  const rows = await tx.query<ResourceRow>({
    name: 'directory_find_resources',
    text: `select ${columns} from resource where (tenant_id, kind, name) in
      (select * from unnest($1::uuid[], $2::text[], $3::text[]))`,
    values: [names.map((n) => n.tenantId), names.map((n) => n.kind), names.map((n) => n.name)],
  });
  return rows.map(fromRow);
}

/**
 * Finds resources by their ids.
 *
 * @param tx the transaction
 * @param ids UUIDs
 * @returns those that exist in the scope
 */
export async function findResourcesById(tx: Queryable, ids: readonly string[]): Promise<StoredResource[]> {
  const rows = await tx.query<ResourceRow>({
    name: 'directory_find_resources_by_id',
    text: `select ${columns} from resource where tenant_id = any((select omnigate_tenants())::uuid[]) and id = any($1::uuid[])`,
    values: [ids],
  });
  return rows.map(fromRow);
}

/**
 * Reads every resource of some kinds.
 *
 * @param tx the transaction
 * @param tenantId the tenant
 * @param kinds the kinds
 * @returns sorted by kind and name
 */
export async function listAllResources(
  tx: Queryable,
  tenantId: string,
  kinds: readonly Kind[],
): Promise<StoredResource[]> {
  const rows = await tx.query<ResourceRow>({
    name: 'directory_list_all_resources',
    text: `select ${columns} from resource where tenant_id = $1::uuid and kind = any($2::text[]) order by kind, name`,
    values: [tenantId, kinds],
  });
  return rows.map(fromRow);
}

/** Where a page ends: the last row shown. */
export interface ResourcePosition {
  createTime: Date;
  name: string;
}

/**
 * Reads a page of a kind, newest first, those of one moment by name.
 *
 * @param tx the transaction; several tenants in its scope show in one list
 * @param page kind, one name or all, length, the last row of the page before
 * @returns at most `limit` resources
 */
export async function listResourcePage(
  tx: Queryable,
  page: { kind: Kind; name: string; limit: number; after?: ResourcePosition },
): Promise<StoredResource[]> {
  const rows = await tx.query<ResourceRow>({
    name: 'directory_list_resource_page',
    text: `select ${columns} from resource
      where tenant_id = any((select omnigate_tenants())::uuid[]) and kind = $1::text
        and ($2::text = '' or name = $2::text)
        and ($3::timestamptz is null or create_time < $3::timestamptz or (create_time = $3::timestamptz and name > $4::text))
      order by create_time desc, name limit $5::int`,
    values: [page.kind, page.name, page.after?.createTime ?? null, page.after?.name ?? '', page.limit],
  });
  return rows.map(fromRow);
}

/** What an apply writes of a resource. */
export type ResourceWrite = Omit<StoredResource, 'createTime' | 'updateTime' | 'revision'>;

/** When a written resource came to be and changed. */
export interface WrittenTimes extends ResourceName {
  createTime: Date;
  updateTime: Date;
}

/**
 * Writes resources, new and changed, in one statement.
 *
 * @param tx the transaction
 * @param writes in any order
 * @param revisions the kinds' new revisions, by revisionKey
 * @returns their times
 */
export async function writeResources(
  tx: Queryable,
  writes: readonly ResourceWrite[],
  revisions: ReadonlyMap<string, bigint>,
): Promise<WrittenTimes[]> {
  const rows = await tx.query<
    Pick<ResourceRow, 'tenant_id' | 'kind' | 'name' | 'create_time' | 'update_time'>
  >({
    name: 'directory_write_resources',
    text: `insert into resource as r (tenant_id, kind, name, id, spec, secrets, hash, revision, applied_by_operator)
      select tenant_id, kind, name, id, spec::jsonb, secrets::jsonb, hash, revision::bigint, applied_by_operator
      from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::text[], $9::boolean[])
        as w (tenant_id, kind, name, id, spec, secrets, hash, revision, applied_by_operator)
      order by tenant_id, kind, name
      on conflict (tenant_id, kind, name) do update set spec = excluded.spec, secrets = excluded.secrets,
        hash = excluded.hash, revision = excluded.revision, applied_by_operator = excluded.applied_by_operator,
        update_time = now()
      returning tenant_id, kind, name, create_time, update_time`,
    values: [
      writes.map((w) => w.tenantId),
      writes.map((w) => w.kind),
      writes.map((w) => w.name),
      writes.map((w) => w.id),
      writes.map((w) => JSON.stringify(w.spec)),
      writes.map((w) => JSON.stringify(w.secrets)),
      writes.map((w) => w.hash),
      writes.map((w) => String(revisions.get(revisionKey(w)) ?? 1n)),
      writes.map((w) => w.appliedByOperator),
    ],
  });
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    kind: row.kind,
    name: row.name,
    createTime: row.create_time,
    updateTime: row.update_time,
  }));
}

/**
 * Deletes one resource.
 *
 * @param tx the transaction
 * @param name which
 */
export async function deleteResource(tx: Queryable, name: ResourceName): Promise<void> {
  await tx.query({
    name: 'directory_delete_resource',
    text: 'delete from resource where tenant_id = $1::uuid and kind = $2::text and name = $3::text',
    values: [name.tenantId, name.kind, name.name],
  });
}

/**
 * Lists resources of a kind that name another one in a member of their spec.
 *
 * @param tx the transaction
 * @param query tenant, kind that refers, member that may be a text or a list of texts, the name referred to
 * @returns their names, at most ten
 */
export async function listReferrers(
  tx: Queryable,
  query: { tenantId: string; kind: Kind; member: string; name: string },
): Promise<string[]> {
  const rows = await tx.query<{ name: string }>({
    name: 'directory_list_referrers',
    text: `select name from resource where tenant_id = $1::uuid and kind = $2::text
      and (spec -> $3::text) @> to_jsonb($4::text) order by name limit 10`,
    values: [query.tenantId, query.kind, query.member, query.name],
  });
  return rows.map((row) => row.name);
}

/**
 * Counts a tenant's resources by kind.
 *
 * @param tx the transaction
 * @param tenantId the tenant
 * @returns counts; kinds without a resource are left out
 */
export async function countResources(
  tx: Queryable,
  tenantId: string,
): Promise<{ kind: Kind; count: number }[]> {
  return tx.query<{ kind: Kind; count: number }>({
    text: 'select kind, count(*)::int as count from resource where tenant_id = $1::uuid group by kind order by kind',
    values: [tenantId],
  });
}

/**
 * Tells whether any resource in the scope holds a secret.
 *
 * @param tx the transaction
 * @returns true when one does
 */
export async function anySecretStored(tx: Queryable): Promise<boolean> {
  const rows = await tx.query<{ found: boolean }>({
    text: `select exists (select from resource where secrets <> '{}') as found`,
  });
  return rows[0]?.found ?? false;
}

/**
 * Key of a tenant's kind in a map of revisions.
 *
 * @param of tenant and kind
 * @returns the key
 */
export const revisionKey = (of: { tenantId: string; kind: string }): string => `${of.tenantId}|${of.kind}`;

/**
 * Raises the revisions of kinds that an apply or a delete changes.
 *
 * @param tx the transaction
 * @param changed tenant and kind, repeats allowed
 * @returns the new revisions by revisionKey
 */
export async function raiseRevisions(
  tx: Queryable,
  changed: readonly { tenantId: string; kind: string }[],
): Promise<Map<string, bigint>> {
  const rows = await tx.query<{ tenant_id: string; kind: string; revision: string }>({
    name: 'directory_raise_revisions',
    text: `insert into kind_revision as k (tenant_id, kind, revision)
      select distinct tenant_id, kind, 1 from unnest($1::uuid[], $2::text[]) as c (tenant_id, kind) order by tenant_id, kind
      on conflict (tenant_id, kind) do update set revision = k.revision + 1
      returning tenant_id, kind, revision::text`,
    values: [changed.map((c) => c.tenantId), changed.map((c) => c.kind)],
  });
  return new Map(rows.map((row) => [`${row.tenant_id}|${row.kind}`, BigInt(row.revision)]));
}

/**
 * Reads how often kinds have changed; the sum rises with each change of any of them, deletes too.
 *
 * @param tx the transaction
 * @param tenantId the tenant
 * @param kinds the kinds
 * @returns the sum of their revisions
 */
export async function readRevision(tx: Queryable, tenantId: string, kinds: readonly Kind[]): Promise<bigint> {
  const rows = await tx.query<{ revision: string }>({
    name: 'directory_read_revision',
    text: `select coalesce(sum(revision), 0)::text as revision from kind_revision
      where tenant_id = $1::uuid and kind = any($2::text[])`,
    values: [tenantId, kinds],
  });
  return BigInt(rows[0]?.revision ?? 0);
}
