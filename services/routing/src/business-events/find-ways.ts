import type { ResolvedChannel } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { InboundEvent } from '../consumers/business-event';
import type { RoutingContext } from '../context';
import type { Way } from '../domain/business-event';
import { replyRulesOf } from '../domain/reply-window';
import { namespaceOf, placeName } from '../outbound/open-conversations';
import {
  type CustomerAddress,
  findCustomerAddresses,
  readLastUses,
  readOptOuts,
} from '../store/customer-addresses';
import { readWindows, replyAddressName } from '../store/reply-windows';

/** What is known of an event's customer. */
export interface Reach {
  contactId: string | undefined;
  isKnown: boolean;
  ways: Way[];
}

/**
 * Finds every way to the customers of events: their addresses on the tenant's channels, with what may be sent there.
 *
 * @param context what routing works with.
 * @param tx where to read; nothing is locked.
 * @param events the events.
 * @returns what is known of each one's customer, in the order of the events.
 */
export async function findWays(
  context: Pick<RoutingContext, 'directory' | 'tenants'>,
  tx: Queryable,
  events: readonly InboundEvent[],
): Promise<Reach[]> {
  const [addresses, channels] = await Promise.all([
    findCustomerAddresses(tx, events),
    channelsOf(context, events),
  ]);
  const bare = events.map(({ tenantId }, index) =>
    pair(addresses[index] ?? [], channels.get(tenantId) ?? []),
  );
  const ways = await withLedger(tx, bare.flat());
  return events.map((_, index) => ({
    contactId: addresses[index]?.find(({ contactId }) => contactId !== undefined)?.contactId,
    isKnown: (addresses[index]?.length ?? 0) > 0,
    ways: (bare[index] ?? []).map((way) => ({ ...way, ...ways.get(nameOf(way)) }) as Way),
  }));
}

type BareWay = Pick<Way, 'channel' | 'address' | 'contactId'>;

const nameOf = ({ channel, address }: BareWay): string => placeName({ channelId: channel.id, address });

const pair = (addresses: readonly CustomerAddress[], channels: readonly ResolvedChannel[]): BareWay[] =>
  addresses.flatMap(({ namespace, value: address, contactId }) =>
    channels
      .filter((channel) => namespaceOf(channel) === namespace)
      .map((channel) => ({ channel, address, contactId })),
  );

async function channelsOf(
  { directory, tenants }: Pick<RoutingContext, 'directory' | 'tenants'>,
  events: readonly InboundEvent[],
): Promise<Map<string, ResolvedChannel[]>> {
  const ids = [...new Set(events.map(({ tenantId }) => tenantId))];
  const entries = ids.map(async (tenantId) => {
    const { channelIds } = await tenants.get(tenantId);
    const channels = await Promise.all(channelIds.map((id) => directory.channel(id)));
    return [tenantId, channels.filter((channel) => channel !== undefined)] as const;
  });
  return new Map(await Promise.all(entries));
}

async function withLedger(
  tx: Queryable,
  ways: readonly BareWay[],
): Promise<Map<string, Pick<Way, 'lastUsed' | 'optedOut' | 'windows'>>> {
  const each = [...new Map(ways.map((way) => [nameOf(way), way])).values()];
  if (each.length === 0) return new Map();
  const addresses = each.map(({ channel, address }) => ({
    ...{ tenantId: channel.tenantId, channelId: channel.id, address },
  }));
  const ruled = each.map(({ channel }) => replyRulesOf(channel).length > 0);
  const [lastUses, optOuts, windows] = await Promise.all([
    readLastUses(tx, addresses),
    readOptOuts(tx, addresses),
    readWindows(
      tx,
      addresses.filter((_, index) => ruled[index]),
    ),
  ]);
  const ledger = each.map((way, index) => {
    const address = addresses[index];
    const own = ruled[index] && address ? (windows.get(replyAddressName(address)) ?? []) : undefined;
    const said = { lastUsed: lastUses[index], optedOut: optOuts[index] ?? false, windows: own };
    return [nameOf(way), said] as const;
  });
  return new Map(ledger);
}
