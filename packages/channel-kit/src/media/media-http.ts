import type { ResolvedChannel } from '@omnigate/contracts';
import type { Fetched, FetchOptions, GuardedFetch } from '@omnigate/media';
import type { ProviderConnections, ProviderHttp } from '../provider-http';

/** By what an adapter reaches a customer's file. */
export interface MediaHttp extends ProviderHttp {
  /**
   * Gets a file from an address that came with a message, through the guard; follows redirects.
   * @throws AppError as `GuardedFetch` does
   */
  fetch(url: string, options?: FetchOptions): Promise<Fetched>;
}

/**
 * Makes a channel's. Where an operator has let the channel's API be on a private address, its files may be there too.
 * @param o.signal ends what is under way
 */
export function createMediaHttp(o: {
  channel: ResolvedChannel;
  connections: ProviderConnections;
  guard: GuardedFetch;
  signal: AbortSignal;
}): MediaHttp {
  const { request } = o.connections.forChannel(o.channel);
  const allow = o.channel.privateApiAllowed ? apiHost(o.channel) : [];
  return {
    request: (each) => request({ signal: o.signal, ...each }),
    fetch: (url, options) => o.guard.fetch(url, { signal: o.signal, allow, ...options }),
  };
}

function apiHost(channel: ResolvedChannel): string[] {
  const url = URL.parse(String(channel.config?.api_base_url ?? ''));
  if (!url) return [];
  return [`${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`];
}
