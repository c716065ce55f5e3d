import type { ResolvedChannel, ResourceChanged } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';

/** Channels that are made by hand, and a directory that holds nothing else. */
export interface HandMadeChannels {
  directory: DirectoryCache;
  /** @returns the channel that was put */
  put(channel: ResolvedChannel): ResolvedChannel;
  /** As it is now. */
  get(id: string): ResolvedChannel | undefined;
  /** The one that was put first. */
  first(): ResolvedChannel;
  /** Gives a channel another configuration, and tells it, as `apply` does. */
  change(channel: ResolvedChannel, config: Record<string, unknown>): void;
  /** Says that what is looked up by address can't be asked. */
  setAway(away: boolean): void;
}

/** Makes none yet. */
export function createHandMadeChannels(): HandMadeChannels {
  const channels = new Map<string, ResolvedChannel>();
  const listeners = new Set<(change: ResourceChanged) => void>();
  let away = false;
  return {
    directory: {
      peekChannel: (id) => channels.get(id),
      channel: async (id) => channels.get(id),
      renewChannel: async (id) => channels.get(id),
      channelByName: async () => undefined,
      channelByAddress: async (type, address) => {
        if (away) throw new AppError('UNAVAILABLE');
        const wanted = address.toLowerCase();
        return [...channels.values()].find((each) => each.type === type && each.config?.address === wanted);
      },
      peekTenant: () => undefined,
      tenant: async () => undefined,
      renewTenant: async () => undefined,
      authenticate: () => Promise.reject(new AppError('UNAUTHENTICATED')),
      resolveTenant: () => Promise.reject(new AppError('NOT_FOUND')),
      onChanged: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      start: async () => {},
      stop: async () => {},
    },
    put(channel) {
      channels.set(channel.id, channel);
      return channel;
    },
    get: (id) => channels.get(id),
    first: () => channels.values().next().value as ResolvedChannel,
    change(channel, config) {
      channels.set(channel.id, { ...channel, config: { ...channel.config, ...config } });
      const { id, name, tenantId } = channel;
      for (const listener of listeners) listener({ kind: 'Channel', id, name, tenantId, deleted: false });
    },
    setAway(value) {
      away = value;
    },
  };
}
