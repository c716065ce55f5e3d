import { ConversationOwner, ConversationState, OfferState } from '@omnigate/contracts';
import { type Bed, openBed } from '../../testing/bed';
import { agentOf, conversationOf, dispatch, offeredToAnn, offersOf } from '../../testing/desk';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { claimWaitingTurns } from '../store/turns';
import { loadTurns } from '../turns/load';

const { CONVERSATION_OWNER_BOT, CONVERSATION_OWNER_QUEUE } = ConversationOwner;

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const ownersClient = ({ tenantId }: TestTenant) => bed.conversations(ownerOf(tenantId));

describe('giving back to the bot', () => {
  /** What the bot is asked next. */
  async function nextTurn(tenant: TestTenant) {
    const turns = await claimWaitingTurns(bed.database, 'test', 100);
    const [job] = await loadTurns(
      bed.context,
      turns.filter(({ tenantId }) => tenantId === tenant.tenantId),
    );
    return job?.utterances.map(({ text }) => text);
  }
  const giveBack = async (tenant: TestTenant) =>
    ownersClient(tenant).transferConversation({ conversationId: (await conversationOf(bed, tenant)).id });
  const say = async (tenant: TestTenant, body: string) => {
    const content = { kind: { $case: 'text' as const, value: { body } } };
    await ownersClient(tenant).sendMessage({
      conversationId: (await conversationOf(bed, tenant)).id,
      content,
    });
  };

  test('what the customer wrote while waiting is answered by the bot', async () => {
    const { tenant, offer, ann } = await offeredToAnn(bed);
    await ann.acceptOffer({ offerId: offer.id });
    await say(tenant, 'Yes, I am here.');
    await bed.receive(tenant, { text: 'When will it ship?' }, { text: 'It is 4711' });
    expect((await giveBack(tenant)).conversation).toMatchObject({ owner: CONVERSATION_OWNER_BOT, agent: '' });
    expect(await nextTurn(tenant)).toEqual(['When will it ship?', 'It is 4711']);
  });

  test('where people were to answer first and nobody has, the bot answers all of it', async () => {
    const tenant = bed.addTenant({ firstResponder: 'people' });
    await bed.receive(tenant, { text: 'When will it ship?' });
    await bed.receive(tenant, { text: 'Hello?' });
    await giveBack(tenant);
    expect(await nextTurn(tenant)).toEqual(['When will it ship?', 'Hello?']);
  });

  test('what the bot has handed over it is not asked again: no loop', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: '转人工' });
    await ownersClient(tenant).transferConversation({
      conversationId: (await conversationOf(bed, tenant)).id,
      team: 'default',
    });
    await giveBack(tenant);
    expect(await nextTurn(tenant)).toBeUndefined();
    expect(await conversationOf(bed, tenant)).toMatchObject({
      owner: CONVERSATION_OWNER_BOT,
      dialogueState: '',
    });
    await bed.receive(tenant, { text: 'When will it ship?' });
    const [turn] = await bed.database.query<{ from_seq: number }>({
      text: 'select from_seq from turn where tenant_id = $1',
      values: [tenant.tenantId],
    });
    expect(turn?.from_seq).toBe((await conversationOf(bed, tenant)).messageSeq);
  });

  test('where everything is answered, nobody is asked', async () => {
    const { tenant, offer, ann } = await offeredToAnn(bed);
    await ann.acceptOffer({ offerId: offer.id });
    await say(tenant, 'Yes, I am here.');
    await giveBack(tenant);
    expect(await nextTurn(tenant)).toBeUndefined();
  });

  test('who has opted out is not answered', async () => {
    const { tenant } = await offeredToAnn(bed);
    await bed.receive(tenant, { text: 'STOP', consentWord: 'stop' });
    await giveBack(tenant);
    expect(await nextTurn(tenant)).toBeUndefined();
  });
});

describe('transferring to a team', () => {
  test('takes back the offer, moves to the other queue, and tells the new place with the note inside', async () => {
    const { tenant, offer } = await offeredToAnn(bed);
    const conversationId = (await conversationOf(bed, tenant)).id;
    const { conversation } = await ownersClient(tenant).transferConversation({
      conversationId,
      team: 'second',
      note: 'A broken lamp',
    });
    expect(conversation).toMatchObject({ team: 'second', owner: CONVERSATION_OWNER_QUEUE });
    expect((await offersOf(bed, tenant)).map(({ id, state }) => [id, state])).toEqual([
      [offer.id, OfferState.OFFER_STATE_WITHDRAWN],
    ]);
    expect((await bed.said(tenant, conversationId)).slice(2)).toEqual([
      "agent's note: A broken lamp",
      'system: A colleague will help you. You are number 1 in the queue.',
    ]);
    // Refusals and offers of the first queue do not count in the second.
    await dispatch(bed, tenant, 'second');
    expect((await offersOf(bed, tenant))[0]).toMatchObject({ team: 'second', agent: 'ann' });
  });

  test('is refused to an agent who does not have it, for a team that is not, and after its end', async () => {
    const { tenant } = await offeredToAnn(bed);
    const conversationId = (await conversationOf(bed, tenant)).id;
    const bob = bed.conversations(agentOf(tenant, 'bob'));
    const transfer = { conversationId, team: 'second' };
    await expect(bob.transferConversation(transfer)).rejects.toMatchObject({ code: 'NOT_OWNER' });
    await expect(bob.resolveConversation({ conversationId })).rejects.toMatchObject({ code: 'NOT_OWNER' });
    const owner = ownersClient(tenant);
    await expect(owner.transferConversation({ conversationId, team: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await owner.resolveConversation({ conversationId });
    await expect(owner.transferConversation(transfer)).rejects.toMatchObject({
      code: 'CONVERSATION_RESOLVED',
    });
  });
});

test('resolving ends the offer and the place; again, it changes nothing', async () => {
  const { tenant } = await offeredToAnn(bed);
  const conversationId = (await conversationOf(bed, tenant)).id;
  await ownersClient(tenant).resolveConversation({ conversationId });
  const { seq, state } = await conversationOf(bed, tenant);
  expect(state).toBe(ConversationState.CONVERSATION_STATE_RESOLVED);
  expect((await offersOf(bed, tenant)).map((offer) => offer.state)).toEqual([
    OfferState.OFFER_STATE_WITHDRAWN,
  ]);
  await ownersClient(tenant).resolveConversation({ conversationId });
  expect((await conversationOf(bed, tenant)).seq).toBe(seq);
  await dispatch(bed, tenant);
  expect(await offersOf(bed, tenant)).toHaveLength(1);
});
