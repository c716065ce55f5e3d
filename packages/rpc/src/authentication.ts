import type { Metadata } from '@grpc/grpc-js';
import { AppError } from '@omnigate/errors';
import { type Identity, type Role, requireRole, requireTenantNamer } from './identity';

/** How keys and tenants are looked up. */
export interface Authentication {
  /** @throws AppError UNAUTHENTICATED for an unknown key */
  authenticate(key: string): Promise<Identity>;
  /**
   * @param nameOrId of a tenant
   * @returns its id
   * @throws AppError NOT_FOUND
   */
  resolveTenant(nameOrId: string): Promise<string>;
}

/** Metadata by which operator and service identities name the tenant that a call is about. */
export const tenantKey = 'omnigate-tenant';

const bearer = /^bearer +(\S+)$/i;

/**
 * Finds out who calls and whether they may.
 * @param metadata of the call: `authorization: Bearer <API key>`, perhaps `omnigate-tenant`
 * @param allowed roles that may call the method
 * @throws AppError UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND for an unknown tenant
 */
export function identify(
  metadata: Metadata,
  allowed: readonly Role[],
  authentication: Authentication,
): Promise<Identity> {
  const said = { authorization: textOf(metadata, 'authorization'), tenant: textOf(metadata, tenantKey) };
  return identifyCaller(said, allowed, authentication);
}

/**
 * Finds out who calls and whether they may, by what the headers of any protocol say.
 * @param said.authorization `Bearer <API key>`
 * @param said.tenant of `omnigate-tenant`
 * @param allowed roles that may call
 * @throws AppError UNAUTHENTICATED, PERMISSION_DENIED, NOT_FOUND for an unknown tenant
 */
export async function identifyCaller(
  { authorization = '', tenant }: { authorization?: string | undefined; tenant?: string | undefined },
  allowed: readonly Role[],
  { authenticate, resolveTenant }: Authentication,
): Promise<Identity> {
  const key = bearer.exec(authorization)?.[1];
  if (key === undefined) throw new AppError('UNAUTHENTICATED');
  const identity = await authenticate(key);
  requireRole(identity, allowed);
  if (!tenant) return identity;
  requireTenantNamer(identity);
  return { ...identity, tenantId: await resolveTenant(tenant) };
}

/** Returns the first value of a text key. */
export function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}
