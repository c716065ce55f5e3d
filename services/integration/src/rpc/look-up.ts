import type { LookUpRequest, LookUpResponse } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import type { IntegrationContext } from '../context';
import { parameterValues, provedValues } from '../domain/customer-values';
import { type Candidate, candidatesFor, requestOf } from '../domain/lookup-request';

const lookupName = /^[a-z0-9-]{1,63}$/;
const isParameter = (name: string): boolean => name.startsWith('parameters.');

/**
 * Looks up what is a customer's own in the system that a connector declares.
 *
 * @param context what integration works with.
 * @param request what is asked for, and who asks.
 * @param ctx the call.
 * @returns what the system knows; nothing where it knows no such customer, or the customer has proved too little.
 * @throws AppError INVALID_ARGUMENT, NOT_FOUND when no connector declares it, UNAVAILABLE when the system does not answer.
 */
export async function lookUp(
  { connectors, lookUps }: IntegrationContext,
  request: LookUpRequest,
  ctx: CallContext,
): Promise<LookUpResponse> {
  if (!lookupName.test(request.lookup)) throw invalid('lookup', 'must be a name: 1 to 63 of a-z, 0-9 and -');
  const values = new Map([...provedValues(request.customer), ...parameterValues(request.parameters)]);
  const declared = candidatesFor(await connectors.of(ctx.identity.tenantId), request.lookup, values);
  if (declared.length === 0) throw new AppError('NOT_FOUND', { resource: `look-up ${request.lookup}` });
  const candidate = declared.find(({ missing }) => missing.length === 0);
  if (!candidate) return nothingFor(declared);
  const asked = requestOf(candidate, values);
  return { items: asked ? await lookUps.ask(candidate, asked) : [] };
}

/** Who has proved too little gets nothing; who forgot a parameter is told. */
function nothingFor(declared: readonly Candidate[]): LookUpResponse {
  const lacking = declared.map(({ missing }) => missing).find((missing) => missing.every(isParameter));
  if (lacking) throw new AppError('INVALID_ARGUMENT', {}, { fields: lacking.map(required) });
  return { items: [] };
}

const required = (field: string) => ({ field, description: 'is required, at most 256 characters' });

const invalid = (field: string, description: string): AppError =>
  new AppError('INVALID_ARGUMENT', {}, { fields: [{ field, description }] });
