import type { Resource } from '@omnigate/contracts';
import { AppError, isAppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import { applyResources } from './apply/apply-resources';
import type { DirectoryContext } from './directory-context';
import { givenKeyPattern } from './domain/api-key';
import { findTenant } from './store/tenants';

const defaultName = 'default';

/** What a first start made. */
export interface Bootstrapped {
  /** The admin key in the clear, when it was made or set just now; it can never be read again. */
  adminKey?: string;
  /** The tenant is new. */
  created: boolean;
}

/**
 * Makes the tenant `default`, its team and the first owner and operator key, unless they are there. A key given later is
 * ignored: keys are changed by applying ApiKey/admin.
 *
 * @param adminKey OMNIGATE_ADMIN_KEY, 16 to 128 printable ASCII characters; else a key is made
 * @param context directory's
 * @returns what was made
 * @throws AppError CONFIG_INVALID when the given key can not be one
 */
export async function bootstrapDirectory(
  adminKey: string | undefined,
  context: DirectoryContext,
): Promise<Bootstrapped> {
  if (await findTenant(context.database, { name: defaultName })) return { created: false };
  if (adminKey !== undefined && !givenKeyPattern.test(adminKey))
    throw new AppError('CONFIG_INVALID', {
      reason: 'OMNIGATE_ADMIN_KEY must be 16 to 128 printable ASCII characters',
    });
  const tenantId = newId();
  const caller = { tenantId, roles: ['operator'], name: 'bootstrap' };
  const request = { resources: firstResources(tenantId, adminKey), validateOnly: false };
  const applied = await applyResources(request, caller, context).catch((error: unknown) => {
    if (isAppError(error, 'ABORTED')) return undefined; // another process was first
    throw error;
  });
  if (!applied) return { created: false };
  const key = adminKey ?? applied.find((each) => each.madeKey !== undefined)?.madeKey;
  return { created: true, ...(key !== undefined && { adminKey: key }) };
}

/** The team comes with the tenant. */
const firstResources = (tenantId: string, adminKey: string | undefined): Resource[] => [
  { kind: 'Tenant', metadata: { name: defaultName, id: tenantId }, spec: {}, status: undefined },
  {
    kind: 'ApiKey',
    metadata: { name: 'admin', id: '' },
    spec: { role: 'operator', ...(adminKey !== undefined && { key: adminKey }) },
    status: undefined,
  },
];
