import { z } from 'zod';
import { givenKeyPattern } from './api-key';
import { maskedSecret } from './resource';
import { resourceName } from './text';

/** Roles that a key may have. */
export const roles = [
  'owner',
  'admin',
  'supervisor',
  'agent',
  'worker',
  'auditor',
  'service',
  'operator',
] as const;

/** A key's role. */
export type KeyRole = (typeof roles)[number];

const givenKey = z.string().refine((key) => key === maskedSecret || givenKeyPattern.test(key), {
  error: 'must be 16 to 128 printable ASCII characters without spaces',
});

/** spec of an ApiKey. */
export const apiKeySpec = z
  .strictObject({
    role: z.enum(roles),
    agent: resourceName.optional(),
    worker: resourceName.optional(),
    key: givenKey.optional(),
  })
  .refine((spec) => spec.role !== 'agent' || spec.agent !== undefined, {
    path: ['agent'],
    error: 'is required for role agent: the name of its Agent',
  })
  .refine((spec) => spec.role === 'agent' || spec.agent === undefined, {
    path: ['agent'],
    error: 'is for role agent only',
  })
  .refine((spec) => spec.role !== 'worker' || spec.worker !== undefined, {
    path: ['worker'],
    error: 'is required for role worker: the name of its Worker',
  })
  .refine((spec) => spec.role === 'worker' || spec.worker === undefined, {
    path: ['worker'],
    error: 'is for role worker only',
  });

/** Roles that reach beyond one tenant: service may read every channel's secrets, operator may name any tenant. */
const installationRoles: readonly string[] = ['operator', 'service'];

/**
 * Says whether a caller may make, change or delete a key of a role: nobody hands out more than they hold.
 *
 * @param callerRoles the caller's roles
 * @param role the key's role
 * @returns whether it is allowed
 */
export function mayManageKey(callerRoles: readonly string[], role: string): boolean {
  if (callerRoles.includes('operator')) return true;
  if (installationRoles.includes(role)) return false;
  return role !== 'owner' || callerRoles.includes('owner');
}

/**
 * Roles that a key of this role has when it is used; the operator is the owner of its tenant too.
 *
 * @param role the key's role
 * @returns its roles
 */
export function rolesOfKey(role: KeyRole): KeyRole[] {
  return role === 'operator' ? ['operator', 'owner'] : [role];
}
