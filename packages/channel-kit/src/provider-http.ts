import { lookup } from 'node:dns';
import { AppError, isAppError } from '@omnigate/errors';
import { isPrivateAddress, publicLookup } from '@omnigate/media';
import { Agent, type Dispatcher } from 'undici';

/** One request to a provider. */
export interface ProviderRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Absolute, http or https. */
  url: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  signal?: AbortSignal;
  /** For the whole exchange; default 10 s. */
  timeoutMs?: number;
  /** The largest answer that is taken, where it is a file; default 1 MiB. */
  maxResponseBytes?: number;
}

/** A provider's answer, of any status. */
export interface ProviderResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  /** No longer than the request's `maxResponseBytes`. */
  body: Buffer;
}

/** HTTP to providers, by which adapters reach the network. */
export interface ProviderHttp {
  /**
   * @throws AppError NOT_WRITTEN when nothing can have reached the provider (refused, DNS, TLS); AMBIGUOUS when it broke
   *   or timed out after writing; MEDIA_TOO_LARGE for a file over `maxResponseBytes`; CHANNEL_CONFIG for a URL that is none or that this channel may not reach
   */
  request(request: ProviderRequest): Promise<ProviderResponse>;
}

/** The process's connections to providers. */
export interface ProviderConnections {
  /** @param channel whose requests these are; an operator's channel may reach private addresses */
  forChannel(channel: { privateApiAllowed: boolean }): ProviderHttp;
  close(): Promise<void>;
}

/** The default time for one exchange with a provider, in ms. */
export const providerTimeoutMs = 10_000;
const connectTimeoutMs = 5_000;
const maxResponseBytes = 1 << 20;

/**
 * Opens kept-alive connections to providers. Names that resolve to a loopback or private address are refused, after
 * resolution, unless the channel is an operator's or the host stands on the list. Redirects are never followed.
 * @param o.connections at most so many to one host
 * @param o.fetchAllow `host:port` pairs that any channel may reach (`OMNIGATE_FETCH_ALLOW`)
 */
export function createProviderConnections(
  o: { connections?: number; fetchAllow?: readonly string[] } = {},
): ProviderConnections {
  const pool = (guarded: boolean) =>
    new Agent({
      connections: o.connections ?? 32,
      // The exchange has its own timer; undici's would wake for each request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: connectTimeoutMs,
        ...(guarded ? { lookup: publicLookup(lookup, privateRefused) } : {}),
      },
    });
  const open = pool(false);
  const guarded = pool(true);
  const allowed = new Set(o.fetchAllow);

  function agentFor(target: URL, privateAllowed: boolean): Agent {
    if (privateAllowed || allowed.has(hostAndPort(target))) return open;
    if (isPrivateAddress(target.hostname)) throw privateRefused();
    return guarded;
  }

  return {
    forChannel: (channel) => ({
      request: async (request) => {
        const target = parseTarget(request.url);
        return exchange(agentFor(target, channel.privateApiAllowed), target, request);
      },
    }),
    close: async () => {
      await Promise.all([open.close(), guarded.close()]);
    },
  };
}

function parseTarget(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:') {
    throw new AppError('CHANNEL_CONFIG', { reason: 'api_base_url must be an http or https URL' });
  }
  return target;
}

function hostAndPort(target: URL): string {
  return `${target.hostname}:${target.port || (target.protocol === 'https:' ? '443' : '80')}`;
}

function privateRefused(): AppError {
  return new AppError('CHANNEL_CONFIG', {
    reason:
      'api_base_url is a private address; an operator must apply the channel, or OMNIGATE_FETCH_ALLOW name it',
  });
}

function exchange(agent: Agent, target: URL, request: ProviderRequest): Promise<ProviderResponse> {
  return new Promise((resolve, reject) => {
    const handler = createExchange(request, { resolve, reject });
    agent.dispatch(
      {
        origin: target.origin,
        path: target.pathname + target.search,
        method: request.method,
        headers: request.headers,
        body: request.body,
      },
      handler,
    );
  });
}

interface Settle {
  resolve(response: ProviderResponse): void;
  reject(error: unknown): void;
}

// undici calls onRequestStart right before it writes to a connected socket: what fails earlier was never written.
function createExchange(request: ProviderRequest, settle: Settle): Dispatcher.DispatchHandler {
  let controller: Dispatcher.DispatchController | undefined;
  let settled = false;
  const chunks: Buffer[] = [];
  const response: ProviderResponse = { status: 0, headers: {}, body: Buffer.alloc(0) };
  let size = 0;

  const finish = (act: () => void) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', giveUp);
    act();
  };
  const fail = (error: unknown) => finish(() => settle.reject(classed(error, controller !== undefined)));
  const giveUp = () => {
    fail(request.signal?.reason);
    controller?.abort(new Error('given up'));
  };
  const timer = setTimeout(() => {
    fail(undefined);
    controller?.abort(new Error('timed out'));
  }, request.timeoutMs ?? providerTimeoutMs);
  request.signal?.addEventListener('abort', giveUp, { once: true });

  return {
    onRequestStart(started) {
      if (settled || request.signal?.aborted) started.abort(new Error('given up'));
      else controller = started;
    },
    onResponseStart(_controller, status, headers) {
      response.status = status;
      response.headers = headers as ProviderResponse['headers'];
      // 1xx answers are not the answer.
      chunks.length = 0;
    },
    onResponseData(_controller, chunk) {
      size += chunk.length;
      if (size > (request.maxResponseBytes ?? maxResponseBytes)) {
        fail(request.maxResponseBytes === undefined ? undefined : new AppError('MEDIA_TOO_LARGE'));
        controller?.abort(new Error('answer too large'));
      } else chunks.push(chunk);
    },
    onResponseEnd() {
      const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
      finish(() => settle.resolve({ ...response, body }));
    },
    onResponseError: (_controller, error) => fail(error),
  };
}

function classed(cause: unknown, written: boolean): AppError {
  if (isAppError(cause)) return cause;
  return new AppError(written ? 'AMBIGUOUS' : 'NOT_WRITTEN', {}, { cause });
}
