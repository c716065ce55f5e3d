import { lookup } from 'node:dns';
import { AppError, isAppError } from '@omnigate/errors';
import type { Agent, Dispatcher, request } from 'undici';
import { maxMediaBytes } from '../media-store';
import { isPrivateAddress } from './address-guard';
import { publicLookup } from './public-lookup';

/** How one file is fetched. */
export interface FetchOptions {
  /** Default: `maxMediaBytes`. */
  maxBytes?: number;
  /** For the whole of it, redirects included; default 20 s. */
  timeoutMs?: number;
  /** For the URL's own origin; a redirect to another is asked without them. */
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Further `host:port` pairs that this one may lead to. */
  allow?: readonly string[];
}

/** What was fetched. */
export interface Fetched {
  /** As the server claims it; empty where it says nothing. */
  contentType: string;
  body: Buffer;
}

/** Fetches from addresses that strangers name. */
export interface GuardedFetch {
  /**
   * @param url http or https
   * @throws AppError FETCH_REFUSED (private address, another scheme, too many redirects), MEDIA_TOO_LARGE,
   *   MEDIA_UNAVAILABLE (the server says no), FETCH_FAILED (may work later)
   */
  fetch(url: string, options?: FetchOptions): Promise<Fetched>;
  close(): Promise<void>;
}

/** What fetches: freely, and by addresses that are judged. */
interface Http {
  request: typeof request;
  open: Agent;
  guarded: Agent;
}

const defaultTimeoutMs = 20_000;
const connectTimeoutMs = 5_000;
const maxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);
// What says nothing of the file: credentials that can be mended, time-outs, throttles.
const later = new Set([401, 408, 421, 425, 429]);

/**
 * Opens guarded fetching: the scheme, every address that a name resolves to, and each redirect are judged before a
 * connection is made, and the connection goes to the addresses judged.
 * @param o.allow `host:port` pairs that are let through unjudged (`OMNIGATE_FETCH_ALLOW`)
 * @param o.lookup `lookup` of node:dns; for tests
 */
export function createGuardedFetch(
  o: { allow?: readonly string[]; lookup?: typeof lookup } = {},
): GuardedFetch {
  const allowed = new Set(o.allow);
  const resolve = o.lookup ?? lookup;
  let loading: Promise<Http> | undefined;

  /** With the first file: undici is a twelfth of what a process loads, and most fetch none. */
  async function load(): Promise<Http> {
    const { Agent, request } = await import('undici');
    const connect = { timeout: connectTimeoutMs };
    const guard = publicLookup(resolve, () => refused('it leads to a private address'));
    return {
      ...{ request, open: new Agent({ connect }) },
      guarded: new Agent({ connect: { ...connect, lookup: guard } }),
    };
  }

  function agentFor({ open, guarded }: Http, target: URL, more: readonly string[] = []): Agent {
    const host = hostAndPort(target);
    if (allowed.has(host) || more.includes(host)) return open;
    if (isPrivateAddress(target.hostname)) throw refused('it leads to a private address');
    return guarded;
  }

  async function follow(first: URL, options: FetchOptions, signal: AbortSignal): Promise<Fetched> {
    loading ??= load();
    const http = await loading;
    let target = first;
    for (let hops = 0; hops <= maxRedirects; hops += 1) {
      const own = target.origin === first.origin ? options.headers : {};
      const answer = await http.request(target, {
        dispatcher: agentFor(http, target, options.allow),
        headers: { 'accept-encoding': 'identity', ...own },
        signal,
      });
      if (!redirects.has(answer.statusCode)) return await read(answer, options.maxBytes ?? maxMediaBytes);
      target = parseTarget(await locationOf(answer), target);
    }
    throw refused('it redirects too often');
  }

  return {
    async fetch(url, options = {}) {
      const timeout = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
      const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
      try {
        return await follow(parseTarget(url), options, signal);
      } catch (error) {
        throw isAppError(error) ? error : new AppError('FETCH_FAILED', {}, { cause: error });
      }
    },
    close: async () => {
      const http = await loading;
      await Promise.all([http?.open.destroy(), http?.guarded.destroy()]);
    },
  };
}

function refused(reason: string): AppError {
  return new AppError('FETCH_REFUSED', { reason });
}

function parseTarget(url: string, base?: URL): URL {
  const target = URL.parse(url, base?.href);
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:') {
    throw refused('only http and https are fetched');
  }
  if (target.username !== '' || target.password !== '') throw refused('it holds a user or password');
  return target;
}

function hostAndPort(target: URL): string {
  return `${target.hostname}:${target.port || (target.protocol === 'https:' ? '443' : '80')}`;
}

async function locationOf(answer: Dispatcher.ResponseData): Promise<string> {
  // What a redirect says besides is of no use, and may be endless.
  answer.body.on('error', () => {}).destroy();
  const { location } = answer.headers;
  if (typeof location !== 'string') throw refused('it redirects nowhere');
  return location;
}

async function read(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Fetched> {
  const { statusCode, headers, body } = answer;
  const claimedBytes = Number(headers['content-length'] ?? 0);
  if (statusCode !== 200 || claimedBytes > maxBytes) {
    body.on('error', () => {}).destroy();
    throw statusCode === 200 ? tooLarge(maxBytes) : statusError(statusCode);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const type = headers['content-type'];
  return { contentType: typeof type === 'string' ? type : '', body: Buffer.concat(chunks) };
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('MEDIA_TOO_LARGE', { limit: `${maxBytes} bytes` });
}

function statusError(status: number): AppError {
  if (status >= 500 || later.has(status)) return new AppError('FETCH_FAILED', { status: String(status) });
  return new AppError('MEDIA_UNAVAILABLE', { status: String(status) });
}
