import { createHash } from 'node:crypto';
import { AppError } from '@omnigate/errors';
import type { Queryable } from './statement';
import { tenantPolicy } from './tenant-policy';

/** Days for which a repeat gets the first response. */
const keptDays = 7;

/** SQL for a migration of a service whose requests have an id: the table of `once`. */
export const requestTable = `
create table request (
  tenant_id uuid not null, request_id uuid not null, payload_hash text not null, response bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, request_id)
);
create index request_age on request (tenant_id, created_at);
${tenantPolicy('request')}`;

/** A request that must have its effect once. */
export interface OnceRequest {
  tenantId: string;
  /** UUID; empty means that the caller does not care for repeats. */
  requestId: string;
  /** Encoded request. */
  payload: Uint8Array;
}

/**
 * Runs work once for a request id: a repeat within 7 days gets the first response.
 *
 * @param tx the transaction that holds the effects.
 * @param request the request.
 * @param work makes the response, encoded.
 * @returns the response of this or the first call, encoded.
 * @throws AppError REQUEST_ID_REUSED when the id came with another payload before.
 */
export async function once(
  tx: Queryable,
  request: OnceRequest,
  work: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (request.requestId === '') return work();
  const hash = createHash('sha256').update(request.payload).digest('base64');
  // Before the claim: what is older than it is kept is a new request. What others hold, they are forgetting.
  await tx.query({
    name: 'request-forget',
    text: `delete from request r using (
        select tenant_id, request_id from request
        where tenant_id = $1 and created_at < now() - interval '${keptDays} days' for update skip locked
      ) old where r.tenant_id = old.tenant_id and r.request_id = old.request_id`,
    values: [request.tenantId],
  });
  // The empty response is replaced below; a second call waits here until the first has committed.
  const claimed = await tx.query({
    name: 'request-claim',
    text: `insert into request (tenant_id, request_id, payload_hash, response) values ($1, $2, $3, '')
      on conflict do nothing returning request_id`,
    values: [request.tenantId, request.requestId, hash],
  });
  if (claimed.length === 0) return firstResponse(tx, request, hash);
  const response = await work();
  await tx.query({
    name: 'request-respond',
    text: 'update request set response = $3 where tenant_id = $1 and request_id = $2',
    values: [request.tenantId, request.requestId, Buffer.from(response)],
  });
  return response;
}

async function firstResponse(tx: Queryable, request: OnceRequest, hash: string): Promise<Uint8Array> {
  const [row] = await tx.query<{ payload_hash: string; response: Buffer }>({
    name: 'request-read',
    text: 'select payload_hash, response from request where tenant_id = $1 and request_id = $2',
    values: [request.tenantId, request.requestId],
  });
  if (!row || row.payload_hash !== hash)
    throw new AppError('REQUEST_ID_REUSED', { request_id: request.requestId });
  return row.response;
}
