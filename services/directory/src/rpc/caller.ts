import type { CallContext } from '@omnigate/rpc';
import type { Caller } from '../directory-context';

/**
 * Reads who calls.
 *
 * @param call the call's context
 * @returns the caller, in the tenant that the call is for
 */
export const callerOf = ({ identity }: CallContext): Caller => ({
  tenantId: identity.tenantId,
  roles: identity.roles,
  name: identity.keyName,
});
