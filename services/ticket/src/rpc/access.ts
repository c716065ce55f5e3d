import { AppError } from '@omnigate/errors';
import type { CallContext, Role } from '@omnigate/rpc';
import type { Ticket } from '../domain/ticket';

/** Who may act on all tickets of a tenant. */
export const actors: readonly Role[] = ['owner', 'admin', 'supervisor', 'agent', 'service', 'operator'];
/** Who may do what a worker does; a worker only with their own. */
export const workers: readonly Role[] = [...actors, 'worker'];
/** Who may see tickets; a worker only their own. */
export const readers: readonly Role[] = [...workers, 'auditor'];

/**
 * The worker to whose tickets a call is limited.
 *
 * @param call the call
 * @returns undefined for whoever sees all of the tenant
 * @throws AppError PERMISSION_DENIED for a worker's key that names no worker
 */
export function limitedTo({ identity }: Pick<CallContext, 'identity'>): string | undefined {
  if (identity.roles.some((role) => role !== 'worker' && readers.includes(role))) return undefined;
  if (identity.worker) return identity.worker;
  throw new AppError('PERMISSION_DENIED', { reason: 'this key names no worker; apply its ApiKey again' });
}

/**
 * Checks that a caller may see a ticket: to a worker those of others are not there.
 *
 * @param call the call
 * @param ticket the ticket
 * @throws AppError NOT_FOUND
 */
export function requireVisible(call: Pick<CallContext, 'identity'>, ticket: Ticket): void {
  const worker = limitedTo(call);
  if (worker !== undefined && ticket.worker !== worker)
    throw new AppError('NOT_FOUND', { resource: 'ticket' });
}

/**
 * The worker in whose name a call acts.
 *
 * @param call the call
 * @param named the worker in the request; empty for the key's own, or for whoever has the ticket
 * @returns their name; empty for whoever has the ticket
 * @throws AppError PERMISSION_DENIED when a worker's key names another
 */
export function actingWorker(call: Pick<CallContext, 'identity'>, named: string): string {
  const own = limitedTo(call);
  if (own === undefined) return named;
  if (named !== '' && named !== own)
    throw new AppError('PERMISSION_DENIED', { reason: 'it is the key of another worker' });
  return own;
}

/**
 * Who acts, as a ticket's history names them.
 *
 * @param call the call
 * @returns the worker's, the agent's or the key's name
 */
export const actorOf = ({ identity }: Pick<CallContext, 'identity'>): string =>
  identity.worker ?? identity.agent ?? identity.keyName;
