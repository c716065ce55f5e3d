import type { ResolvedChannel } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { validate } from 'uuid';
import { isOriginAllowed } from './domain/origins';
import { signVisitorToken, tokenLifeMs, type Visitor, verifyVisitorToken } from './domain/visitor-token';
import { webConfigOf, webManifest } from './manifest';
import type { ChannelKeys } from './store/channel-keys';
import type { Mailbox } from './store/event-log';

/** A visitor on a channel. */
export interface Visit extends Mailbox {
  name: string;
  expires: Date;
}

/** Who may come in, and as whom. */
export interface Visits {
  /** @throws AppError CHAT_UNKNOWN */
  channel(channelId: string): Promise<ResolvedChannel>;
  /** @throws AppError ORIGIN_REFUSED */
  checkOrigin(channel: ResolvedChannel, origin: string | undefined): void;
  /** Makes a token that lives 90 days. */
  issue(channel: ResolvedChannel, visitor: Visitor): Promise<{ token: string; expires: Date }>;
  /** @throws AppError VISITOR_TOKEN_INVALID */
  verify(channel: ResolvedChannel, token: string | undefined): Promise<Visit>;
}

/** What visits stand on. */
export interface VisitsDeps {
  directory: DirectoryCache;
  keys: ChannelKeys;
  publicUrl: string;
  /** Called for each refused origin. */
  originRefused(channel: ResolvedChannel): void;
}

/** Makes the door. */
export function createVisits({ directory, keys, publicUrl, originRefused }: VisitsDeps): Visits {
  return {
    async channel(channelId) {
      const channel = validate(channelId)
        ? (directory.peekChannel(channelId) ?? (await directory.channel(channelId)))
        : undefined;
      if (!channel || channel.type !== webManifest.type) throw new AppError('CHAT_UNKNOWN');
      return channel;
    },
    checkOrigin(channel, origin) {
      if (isOriginAllowed(origin, webConfigOf(channel).allowedOrigins, publicUrl)) return;
      originRefused(channel);
      throw new AppError('ORIGIN_REFUSED');
    },
    async issue(channel, visitor) {
      const expires = new Date(Date.now() + tokenLifeMs);
      return { token: signVisitorToken(await keys.of(channel), visitor, expires), expires };
    },
    async verify(channel, token) {
      const found = token ? verifyVisitorToken(await keys.of(channel), token, new Date()) : undefined;
      if (!found) throw new AppError('VISITOR_TOKEN_INVALID');
      const { address, name } = found.visitor;
      return { tenantId: channel.tenantId, channelId: channel.id, address, name, expires: found.expires };
    },
  };
}
