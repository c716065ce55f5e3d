import {
  type OpeningHours,
  type ReplyRule,
  ResolvedChannel,
  ResolveTenantResponse,
} from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';

/** How a tenant of a test differs from the usual. */
export interface TenantOptions {
  locale?: string;
  timeZone?: string;
  /** Of the team `default`. */
  hours?: OpeningHours[];
  firstResponder?: 'bot' | 'people';
  idleHours?: number;
  /** Of the channel's type; default: none. */
  replyRules?: ReplyRule[];
  /** The channel is told of the ends of conversations. */
  conversationEvents?: boolean;
  /** The channel shows menus. */
  menu?: boolean;
}

/** A tenant with one channel, the teams `default` and `second`, and the agents `ann` and `bob` in both. */
export interface TestTenant {
  tenantId: string;
  tenant: ResolveTenantResponse;
  channel: ResolvedChannel;
}

/** The answers of a directory that holds tenants made by hand. */
export interface TestDirectory {
  cache: DirectoryCache;
  addTenant(o?: TenantOptions): TestTenant;
  /** One more channel of a tenant, whose name is its type. */
  addChannel(of: TestTenant, o: ChannelOptions): TestTenant;
}

/** How a further channel of a test is. */
export interface ChannelOptions {
  type: string;
  addressNamespace: string;
  /** Default: none. */
  replyRules?: ReplyRule[];
  maxTextCharacters?: number;
}

const teams = ['default', 'second'];

function makeTenant(o: TenantOptions): TestTenant {
  const tenantId = newId();
  const tenant = ResolveTenantResponse.fromPartial({
    id: tenantId,
    name: tenantId,
    timeZone: o.timeZone ?? 'UTC',
    locale: o.locale ?? 'en',
    idleHours: o.idleHours ?? 24,
    teams: teams.map((name) => ({
      name,
      offerSeconds: 30,
      hours: name === 'default' ? (o.hours ?? []) : [],
    })),
    agents: ['ann', 'bob'].map((name) => ({
      id: newId(),
      name,
      displayName: `Agent ${name}`,
      teams,
      maxConversations: 10,
    })),
  });
  const channel = ResolvedChannel.fromPartial({
    id: newId(),
    tenantId,
    name: 'shop',
    type: 'sms-test',
    firstResponder: o.firstResponder ?? 'bot',
    team: 'default',
    channelType: {
      type: 'sms-test',
      adapterService: 'channel-webhooks',
      addressNamespace: 'phone',
      capabilities: {
        singleMessageTurn: true,
        conversationEvents: o.conversationEvents ?? false,
        menu: o.menu ?? false,
      },
      replyRules: o.replyRules ?? [],
    },
  });
  return { tenantId, tenant, channel };
}

/** Makes a directory without tenants. */
export function createTestDirectory(): TestDirectory {
  const tenants = new Map<string, TestTenant>();
  const channels = new Map<string, ResolvedChannel>();
  return {
    cache: {
      peekChannel: (id) => channels.get(id),
      channel: async (id) => channels.get(id),
      renewChannel: async (id) => channels.get(id),
      channelByName: async (tenantId, name) => {
        const channel = tenants.get(tenantId)?.channel;
        return channel?.name === name ? channel : undefined;
      },
      channelByAddress: async () => undefined,
      peekTenant: (id) => tenants.get(id)?.tenant,
      tenant: async (id) => tenants.get(id)?.tenant,
      renewTenant: async (id) => tenants.get(id)?.tenant,
      authenticate: () => Promise.reject(new AppError('UNAUTHENTICATED')),
      resolveTenant: () => Promise.reject(new AppError('NOT_FOUND')),
      onChanged: () => () => undefined,
      start: async () => undefined,
      stop: async () => undefined,
    },
    addTenant(o = {}) {
      const made = makeTenant(o);
      tenants.set(made.tenantId, made);
      channels.set(made.channel.id, made.channel);
      made.tenant.channelIds.push(made.channel.id);
      return made;
    },
    addChannel(of, { type, addressNamespace, replyRules = [], maxTextCharacters = 0 }) {
      const channel = ResolvedChannel.fromPartial({
        ...of.channel,
        ...{ id: newId(), name: type, type },
        channelType: {
          ...{ type, adapterService: 'channel-webhooks', addressNamespace, replyRules },
          capabilities: { maxTextCharacters },
        },
      });
      channels.set(channel.id, channel);
      of.tenant.channelIds.push(channel.id);
      return { ...of, channel };
    },
  };
}
