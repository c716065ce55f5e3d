import { ConversationOwner, OfferState } from '@omnigate/contracts';
import { type LockWatch, openLockWatch } from '@omnigate/testkit';
import { type Bed, openBed } from '../../testing/bed';
import { agentOf, conversationOf, offeredToAnn, offersOf } from '../../testing/desk';
import { lockConversations } from '../store/conversations';

const { CONVERSATION_OWNER_AGENT, CONVERSATION_OWNER_QUEUE } = ConversationOwner;

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

describe('accepting', () => {
  test('gives the conversation to the agent; again, it is the same', async () => {
    const { tenant, offer, ann } = await offeredToAnn(bed);
    for (let time = 0; time < 2; time += 1) {
      const { conversation } = await ann.acceptOffer({ offerId: offer.id });
      expect(conversation).toMatchObject({ owner: CONVERSATION_OWNER_AGENT, agent: 'ann', queuePlace: 0 });
    }
    expect((await offersOf(bed, tenant)).map(({ state }) => state)).toEqual([
      OfferState.OFFER_STATE_ACCEPTED,
    ]);
  });

  test('twice at the same moment, as a client that tries again does, is the same', async () => {
    const { tenant, offer, ann } = await offeredToAnn(bed);
    const conversation = await conversationOf(bed, tenant);
    let both: Promise<unknown>[] = [];
    await bed.database.transaction({ tenants: [tenant.tenantId] }, async (tx) => {
      await lockConversations(tx, [{ tenantId: tenant.tenantId, conversationId: conversation.id }]);
      both = [1, 2].map(() => ann.acceptOffer({ offerId: offer.id }));
      // Both have read the offer and wait for its conversation.
      const waiting = `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while ((await watch.query<{ n: bigint }>({ text: waiting }))[0]?.n !== 2n) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    expect(await Promise.all(both)).toMatchObject([
      { conversation: { agent: 'ann' } },
      { conversation: { agent: 'ann' } },
    ]);
  });

  test('is another agent’s offer, or none any more', async () => {
    const { tenant, offer, ann } = await offeredToAnn(bed);
    const bob = bed.routing(agentOf(tenant, 'bob'));
    await expect(bob.acceptOffer({ offerId: offer.id })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await ann.declineOffer({ offerId: offer.id });
    await expect(ann.acceptOffer({ offerId: offer.id })).rejects.toMatchObject({ code: 'OFFER_GONE' });
    await expect(ann.declineOffer({ offerId: offer.id })).rejects.toMatchObject({ code: 'OFFER_GONE' });
  });

  test('after the time of an offer is over is too late, though nobody has ended it yet', async () => {
    const { tenant, offer, ann } = await offeredToAnn(bed);
    await bed.database.transaction({ tenants: [tenant.tenantId] }, (tx) =>
      tx.query({ text: "update offer set expires_at = now() - interval '1 second'" }),
    );
    await expect(ann.acceptOffer({ offerId: offer.id })).rejects.toMatchObject({ code: 'OFFER_GONE' });
    expect(await conversationOf(bed, tenant)).toMatchObject({ owner: CONVERSATION_OWNER_QUEUE });
  });
});
