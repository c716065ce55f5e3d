import { OfferState } from '@omnigate/contracts';
import { type Bed, customer, openBed } from '../../testing/bed';
import { agentOf, conversationOf, dispatch, offeredToAnn, offersOf } from '../../testing/desk';
import { ownerOf } from '../../testing/process';

const { OFFER_STATE_OFFERED, OFFER_STATE_DECLINED } = OfferState;

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

type RoutingClient = ReturnType<Bed['routing']>;

/** Reads a stream to the end of a test. */
function reading<Item extends { resumeToken: string }>(stream: AsyncIterable<Item>) {
  const items = stream[Symbol.asyncIterator]();
  return {
    async next(): Promise<Item> {
      const { value, done } = await items.next();
      if (done) throw new Error('the stream ended');
      return value;
    },
    stop: () => items.return?.(undefined),
  };
}

const watchOffers = (client: RoutingClient, resumeToken = '') => reading(client.watchOffers({ resumeToken }));

describe('offers', () => {
  /** Three conversations that are offered to ann, the first made first. */
  async function threeOffers() {
    const { tenant, ann } = await offeredToAnn(bed);
    await bed.receive(tenant, { from: '+14155550121' }, { from: '+14155550122' });
    await dispatch(bed, tenant);
    const offers = (await offersOf(bed, tenant)).reverse();
    expect(offers).toHaveLength(3);
    return { tenant, ann, ids: offers.map(({ id }) => id) };
  }
  const idsOf = async (stream: ReturnType<typeof watchOffers>, count: number) => {
    const ids: string[] = [];
    while (ids.length < count) ids.push((await stream.next()).offer?.id ?? '');
    return ids;
  };

  test('are the open ones first, with the packet, then each change', async () => {
    const { ann, ids } = await threeOffers();
    const stream = watchOffers(ann);
    expect((await stream.next()).offer).toBeUndefined();
    const open = await stream.next();
    expect(open.offer).toMatchObject({ id: ids[0], state: OFFER_STATE_OFFERED, agent: 'ann' });
    expect(open.offer?.handoff?.wants).toBe('Is anybody there?');
    expect(await idsOf(stream, 2)).toEqual(ids.slice(1));
    await ann.declineOffer({ offerId: ids[1] ?? '' });
    expect((await stream.next()).offer).toMatchObject({ id: ids[1], state: OFFER_STATE_DECLINED });
    await stream.stop();
  });

  test.each([0, 1, 2])('that were cut off after %i of the open ones are all shown', async (count) => {
    const { ann, ids } = await threeOffers();
    const first = watchOffers(ann);
    let { resumeToken } = await first.next();
    for (let item = 0; item < count; item += 1) ({ resumeToken } = await first.next());
    await first.stop();
    const second = watchOffers(ann, resumeToken);
    expect((await second.next()).offer).toBeUndefined();
    expect(await idsOf(second, 3)).toEqual(ids);
    await second.stop();
  });

  test('that were all shown are not shown again: only what has changed since', async () => {
    const { tenant, ann, ids } = await threeOffers();
    const first = watchOffers(ann);
    await first.next();
    await idsOf(first, 2);
    const { resumeToken } = await first.next();
    await first.stop();
    await ann.declineOffer({ offerId: ids[2] ?? '' });
    await bed.receive(tenant, { from: '+14155550123' });
    await dispatch(bed, tenant);
    const second = watchOffers(ann, resumeToken);
    await second.next();
    // Conversations have no order among each other. The refused one is offered again, since nobody else is there.
    const since = [await second.next(), await second.next(), await second.next()].map(({ offer }) => offer);
    const declined = since.filter((offer) => offer?.state === OFFER_STATE_DECLINED);
    expect(declined.map((offer) => offer?.id)).toEqual([ids[2]]);
    const made = since.filter((offer) => offer?.state === OFFER_STATE_OFFERED);
    expect(made.map((offer) => ids.includes(offer?.id ?? ''))).toEqual([false, false]);
    expect(made.map((offer) => offer?.handoff?.reason)).toEqual(['PEOPLE_FIRST', 'PEOPLE_FIRST']);
    await second.stop();
  });

  test('that are made while the open ones are read come once', async () => {
    const { tenant, ann, ids } = await threeOffers();
    const stream = watchOffers(ann);
    await stream.next();
    await bed.receive(tenant, { from: '+14155550123' });
    await dispatch(bed, tenant);
    const seen = await idsOf(stream, 4);
    expect(new Set(seen).size).toBe(4);
    await ann.declineOffer({ offerId: ids[0] ?? '' });
    expect((await stream.next()).offer).toMatchObject({ id: ids[0], state: OFFER_STATE_DECLINED });
    await stream.stop();
  });

  test('are the agent’s own; an owner may name the agent', async () => {
    const { tenant, ids } = await threeOffers();
    const bob = bed.routing(agentOf(tenant, 'bob'));
    const asAnn = reading(bob.watchOffers({ agent: 'ann' }));
    await expect(asAnn.next()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    const owner = reading(bed.routing(ownerOf(tenant.tenantId)).watchOffers({ agent: 'ann' }));
    await owner.next();
    expect(await idsOf(owner, 3)).toEqual(ids);
    await owner.stop();
    const nobody = reading(bed.routing(ownerOf(tenant.tenantId)).watchOffers({}));
    await expect(nobody.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(['nonsense', 'open.nonsense'])('do not go on from the token "%s"', async (resumeToken) => {
    const { ann } = await offeredToAnn(bed);
    await expect(watchOffers(ann, resumeToken).next()).rejects.toMatchObject({
      code: 'RESUME_TOKEN_INVALID',
    });
  });
});

describe('conversations', () => {
  test('one alone, from its own changes on', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { from: customer }, { from: '+14155550121' });
    const { id } = await conversationOf(bed, tenant);
    const client = bed.conversations(ownerOf(tenant.tenantId));
    const stream = reading(client.watchConversations({ conversationId: id.toUpperCase() }));
    await stream.next();
    await bed.receive(tenant, { from: customer }, { from: '+14155550121' }, { from: customer });
    for (const other of await bed.conversationsOf(tenant)) {
      await client.addNote({ conversationId: other.id, text: 'Look here' });
    }
    const changes = [await stream.next(), await stream.next()].map(({ change }) => change);
    expect(changes.map((change) => change?.conversationId)).toEqual([id, id]);
    expect(Number(changes[1]?.seq)).toBe(Number(changes[0]?.seq) + 1);
    await stream.stop();
  });

  test('an id that is none is refused', async () => {
    const client = bed.conversations(ownerOf(bed.addTenant().tenantId));
    const stream = reading(client.watchConversations({ conversationId: 'c1' }));
    await expect(stream.next()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
