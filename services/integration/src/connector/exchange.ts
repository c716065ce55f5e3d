import type { ProviderConnections, ProviderResponse } from '@omnigate/channel-kit';
import { toAppError } from '@omnigate/errors';
import { type Item, itemsOf } from '../domain/answer-items';
import type { Connector, Lookup } from '../domain/connector';
import type { LookupRequest } from '../domain/lookup-request';

/** What came of a request: what the system knows, or why it told nothing. */
export type Exchanged =
  | { items: Item[]; failure?: undefined }
  /** `isAway`: it is no use to ask for anything else either. */
  | { items?: undefined; failure: { code: string; isAway: boolean } };

/** Beyond what anybody reads; parsing more would hold up whoever else is served. */
const largestAnswer = 256 * 1024;
/** The system's own state, and not what it was asked. */
const awayStatuses = new Set([401, 403, 407, 408, 429]);

const failed = (code: string, isAway: boolean): Exchanged => ({ failure: { code, isAway } });

/**
 * Asks a system. It is reached on public addresses alone, unless an operator allowed another, and never where it
 * redirects to.
 *
 * @param http the process's connections.
 * @param connector the system.
 * @param asked what of it, and how.
 * @returns its answer, or why there is none.
 */
export async function exchange(
  http: Pick<ProviderConnections, 'forChannel'>,
  connector: Connector,
  { lookup, request }: { lookup: Lookup; request: LookupRequest },
): Promise<Exchanged> {
  const { body, ...target } = request;
  const to = http.forChannel({ privateApiAllowed: connector.privateAddressAllowed });
  try {
    const response = await to.request({
      ...target,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...connector.headers,
      },
      timeoutMs: lookup.timeout_ms,
      ...(body === undefined ? {} : { body }),
    });
    return read(response, lookup);
  } catch (error) {
    return failed(toAppError(error).code, true);
  }
}

function read({ status, body }: ProviderResponse, lookup: Lookup): Exchanged {
  if (status === 404) return { items: [] };
  if (status < 200 || status > 299)
    return failed(`STATUS_${status}`, status >= 500 || awayStatuses.has(status));
  if (body.length > largestAnswer) return failed('RESPONSE_TOO_LARGE', true);
  const document = parsed(body);
  return document === undefined ? failed('RESPONSE_UNPARSEABLE', true) : { items: itemsOf(document, lookup) };
}

/** Undefined for what is no JSON; an empty answer knows nothing. */
function parsed(body: Buffer): unknown {
  if (body.length === 0) return null;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
