import { PresenceState } from '@omnigate/contracts';
import type { Identity } from '@omnigate/rpc';
import { createDispatcher } from '../src/queue/dispatcher';
import { type OfferRow, readOffers } from '../src/store/offers';
import type { Bed } from './bed';
import type { TestTenant } from './directory';

/** The key of an agent. */
export function agentOf({ tenant, tenantId }: TestTenant, name: string): Identity {
  const agent = tenant.agents.find((each) => each.name === name);
  return { tenantId, roles: ['agent'], keyName: name, agent: name, agentId: agent?.id ?? '' };
}

/** A tenant's only conversation, or its newest. */
export async function conversationOf(bed: Bed, tenant: TestTenant) {
  const [row] = await bed.conversationsOf(tenant);
  if (!row) throw new Error('no conversation');
  return row;
}

/** A tenant's offers, the newest first. */
export function offersOf(bed: Bed, { tenantId }: TestTenant): Promise<OfferRow[]> {
  const all = { offerId: null, agentId: null, conversationId: null, openOnly: false };
  return bed.database.transaction({ tenants: [tenantId] }, (tx) => readOffers(tx, { tenantId, ...all }));
}

/** Offers what waits in a queue to whoever is there. */
export async function dispatch(bed: Bed, { tenantId }: TestTenant, team = 'default'): Promise<void> {
  const dispatcher = createDispatcher(bed.context);
  dispatcher.wake([{ tenantId, team }]);
  await dispatcher.stop();
}

/** A conversation of a tenant where people answer first, that is offered to ann. */
export async function offeredToAnn(bed: Bed) {
  const tenant = bed.addTenant({ firstResponder: 'people' });
  await bed.receive(tenant, { text: 'Is anybody there?' });
  const ann = bed.routing(agentOf(tenant, 'ann'));
  await ann.setPresence({ state: PresenceState.PRESENCE_STATE_ONLINE });
  await dispatch(bed, tenant);
  const [offer] = await offersOf(bed, tenant);
  if (!offer) throw new Error('no offer');
  return { tenant, offer, ann };
}
