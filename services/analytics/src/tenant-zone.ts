import type { AnalyticsContext } from './context';

/**
 * The time zone that a tenant's days are in.
 *
 * @param context what analytics works with.
 * @param tenantId the tenant.
 * @returns an IANA name; UTC for a tenant that was deleted.
 * @throws AppError when directory is away.
 */
export async function timeZoneOf(
  { directory }: Pick<AnalyticsContext, 'directory'>,
  tenantId: string,
): Promise<string> {
  const tenant = directory.peekTenant(tenantId) ?? (await directory.tenant(tenantId));
  return tenant?.timeZone || 'UTC';
}
