import { plainIdentifier } from './statement';

/** Name of the policy on every tenant table. */
export const tenantPolicyName = 'tenant';

/**
 * SQL for a migration: forces row-level security on a table with a `tenant_id uuid` column, so that a transaction
 * reads and writes rows of its own tenants only. The sub-select makes it an InitPlan, evaluated once a statement.
 * @param table a table of the service's own schema, without the schema
 */
export function tenantPolicy(table: string): string {
  const name = plainIdentifier(table);
  const own = 'tenant_id = any((select omnigate_tenants())::uuid[])';
  return [
    `alter table ${name} enable row level security;`,
    `alter table ${name} force row level security;`,
    `create policy ${tenantPolicyName} on ${name} using (${own}) with check (${own});`,
    '',
  ].join('\n');
}
