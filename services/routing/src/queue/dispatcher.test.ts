import { OfferState, PresenceState, Urgency } from '@omnigate/contracts';
import { type LockWatch, openLockWatch } from '@omnigate/testkit';
import { type Bed, openBed } from '../../testing/bed';
import { agentOf, conversationOf, dispatch, offeredToAnn, offersOf } from '../../testing/desk';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { lockConversations } from '../store/conversations';
import { createDispatcher } from './dispatcher';

const { OFFER_STATE_OFFERED, OFFER_STATE_LAPSED } = OfferState;

let bed: Bed;
let watch: LockWatch;
beforeAll(async () => {
  bed = await openBed();
  watch = await openLockWatch(bed.url);
});
afterAll(async () => {
  await watch.end();
  await bed.close();
});

const people = () => bed.addTenant({ firstResponder: 'people' });
const comeOnline = (tenant: TestTenant, name: string) =>
  bed.routing(agentOf(tenant, name)).setPresence({ state: PresenceState.PRESENCE_STATE_ONLINE });
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `+1415555${1_000 + index}`);
const openOffers = async (tenant: TestTenant) =>
  (await offersOf(bed, tenant)).filter(({ state }) => state === OFFER_STATE_OFFERED);
const lapse = async (tenant: TestTenant) => {
  await bed.database.transaction({ tenants: [tenant.tenantId] }, (tx) =>
    tx.query({ text: "update offer set expires_at = now() - interval '1 second' where state = 1" }),
  );
  await bed.database.query({ text: "update offer_deadline set expires_at = now() - interval '1 second'" });
};

describe('who is offered what', () => {
  test('those who have waited longest, to whoever has the most room', async () => {
    const tenant = people();
    await bed.receive(tenant, ...numbers(4).map((from) => ({ from })));
    await comeOnline(tenant, 'ann');
    await comeOnline(tenant, 'bob');
    await dispatch(bed, tenant);
    const offers = (await openOffers(tenant)).reverse();
    expect(offers.map(({ agent }) => agent)).toEqual(['ann', 'bob', 'ann', 'bob']);
    const waiting = (await bed.conversationsOf(tenant)).reverse();
    expect(offers.map(({ conversationId }) => conversationId)).toEqual(waiting.map(({ id }) => id));
  });

  test('an urgent one goes before those who came earlier', async () => {
    const tenant = people();
    await bed.receive(tenant, ...numbers(3).map((from) => ({ from })));
    const [last] = await bed.conversationsOf(tenant);
    await bed.database.query({
      text: 'update queue_entry set priority = $2 where conversation_id = $1',
      values: [last?.id, Urgency.URGENCY_UNSPECIFIED],
    });
    for (const agent of tenant.tenant.agents) agent.maxConversations = 1;
    await comeOnline(tenant, 'ann');
    await dispatch(bed, tenant);
    expect((await openOffers(tenant)).map(({ conversationId }) => conversationId)).toEqual([last?.id]);
  });

  test('two dispatchers at the same moment fill no agent beyond what they can have, and offer nothing twice', async () => {
    const tenant = people();
    for (const agent of tenant.tenant.agents) agent.maxConversations = 3;
    await bed.receive(tenant, ...numbers(20).map((from) => ({ from })));
    await comeOnline(tenant, 'ann');
    await comeOnline(tenant, 'bob');
    await Promise.all(Array.from({ length: 4 }, () => dispatch(bed, tenant)));
    const offers = await openOffers(tenant);
    expect(offers.filter(({ agent }) => agent === 'ann')).toHaveLength(3);
    expect(offers.filter(({ agent }) => agent === 'bob')).toHaveLength(3);
    expect(new Set(offers.map(({ conversationId }) => conversationId)).size).toBe(6);
  });

  test('nobody who is away, in another team, or was never there', async () => {
    const tenant = people();
    await bed.receive(tenant, {});
    await dispatch(bed, tenant);
    await comeOnline(tenant, 'ann');
    await bed.routing(agentOf(tenant, 'ann')).setPresence({ state: PresenceState.PRESENCE_STATE_AWAY });
    for (const agent of tenant.tenant.agents) if (agent.name === 'bob') agent.teams = ['second'];
    await comeOnline(tenant, 'bob');
    await dispatch(bed, tenant);
    expect(await offersOf(bed, tenant)).toEqual([]);
  });

  test('nothing that was taken out of the queue', async () => {
    const tenant = people();
    await bed.receive(tenant, {});
    await comeOnline(tenant, 'ann');
    const { id: conversationId } = await conversationOf(bed, tenant);
    await bed.conversations(ownerOf(tenant.tenantId)).transferConversation({ conversationId });
    await dispatch(bed, tenant);
    expect(await offersOf(bed, tenant)).toEqual([]);
  });
});

describe('an offer that nobody takes', () => {
  test('lapses, and goes to who has not refused', async () => {
    const { tenant } = await offeredToAnn(bed);
    await comeOnline(tenant, 'bob');
    await lapse(tenant);
    const dispatcher = createDispatcher(bed.context);
    await dispatcher.begin();
    while ((await offersOf(bed, tenant)).length === 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await dispatcher.stop();
    expect((await offersOf(bed, tenant)).map(({ agent, state }) => [agent, state])).toEqual([
      ['bob', OFFER_STATE_OFFERED],
      ['ann', OFFER_STATE_LAPSED],
    ]);
  });

  test('is settled before the dispatcher has stopped, where it was at it', async () => {
    const { tenant } = await offeredToAnn(bed);
    const { id: conversationId } = await conversationOf(bed, tenant);
    await lapse(tenant);
    const dispatcher = createDispatcher(bed.context);
    let stopped = false;
    let stopping: Promise<void> | undefined;
    await bed.database.transaction({ tenants: [tenant.tenantId] }, async (tx) => {
      await lockConversations(tx, [{ tenantId: tenant.tenantId, conversationId }]);
      await dispatcher.begin();
      while ((await watch.waiting()).size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      stopping = dispatcher.stop().then(() => {
        stopped = true;
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(stopped).toBe(false);
    });
    await stopping;
    expect((await offersOf(bed, tenant)).map(({ state }) => state)).toEqual([OFFER_STATE_LAPSED]);
  });
});
