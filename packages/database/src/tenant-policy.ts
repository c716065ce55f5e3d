import { plainIdentifier } from './statement';

/** Name of the policy on every tenant table. */
export const tenantPolicyName = 'tenant';

/**
 * SQL for a migration: forces row-level security on a table with a `tenant_id uuid` column, so that a transaction
 * reads and writes rows of its own tenants only. The sub-select makes it an InitPlan, evaluated once a statement;
 * "is true" keeps it from being an index condition, which would sort the tenants again for each row that is looked up.
 * @param table a table of the service's own schema, without the schema
 */
export function tenantPolicy(table: string): string {
  const name = plainIdentifier(table);
  // While a table is new, each index that begins with the tenant looks as good as any other, and a plan that reads all
  // of a tenant's rows may be kept. One tenant is what most installations have; ANALYZE soon brings the true figure.
  const statistics = `do $$ begin
    if current_setting('server_version_num')::int >= 180000 then
      perform pg_restore_attribute_stats('schemaname', current_schema()::text, 'relname', '${name}', 'attname', 'tenant_id',
        'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real);
    end if; end $$;`;
  const own = '(tenant_id = any((select omnigate_tenants())::uuid[])) is true';
  return [
    `alter table ${name} enable row level security;`,
    `alter table ${name} force row level security;`,
    `create policy ${tenantPolicyName} on ${name} using (${own}) with check (${own});`,
    statistics,
    '',
  ].join('\n');
}
