import { AppError } from '@omnigate/errors';

/** What a key may do. `service` is Omnigate's own processes, `operator` the installation's owner. */
export type Role = 'owner' | 'admin' | 'supervisor' | 'agent' | 'worker' | 'auditor' | 'service' | 'operator';

/** Who calls. */
export interface Identity {
  tenantId: string;
  roles: readonly Role[];
  /** Name of the API key, or of the part of Omnigate. */
  keyName: string;
  /** The acting agent's id, for keys of role agent. */
  agentId?: string;
  /** The acting agent's name. */
  agent?: string;
  /** The acting worker's name, for keys of role worker. */
  worker?: string;
}

const tenantNamers: readonly Role[] = ['operator', 'service'];

/**
 * Checks that an identity has one of the roles.
 * @throws AppError PERMISSION_DENIED
 */
export function requireRole(identity: Identity, allowed: readonly Role[]): void {
  if (!identity.roles.some((role) => allowed.includes(role))) {
    throw new AppError('PERMISSION_DENIED', {
      reason: `it needs the role ${allowed.join(' or ') || 'of nobody'}`,
    });
  }
}

/**
 * Checks that an identity may name the tenant that its call is about.
 * @throws AppError PERMISSION_DENIED
 */
export function requireTenantNamer(identity: Identity): void {
  if (identity.roles.some((role) => tenantNamers.includes(role))) return;
  throw new AppError('PERMISSION_DENIED', { reason: 'only an operator key may name a tenant' });
}
