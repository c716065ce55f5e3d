import {
  ConversationChanged,
  ConversationOwner,
  ConversationState,
  PartyRole,
  Resolution,
  topics,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { type Bed, customer, openBed } from '../testing/bed';
import type { TestTenant } from '../testing/directory';
import { ownerOf } from '../testing/process';
import { noticeTo, textOf, ticketMenu } from '../testing/ticket-desk';
import { createIdleSweeper } from './idle-sweeper';
import { beginChanges, sendMessage, writeChanges } from './store/changes';
import { lockConversations } from './store/conversations';

const { CONVERSATION_STATE_OPEN, CONVERSATION_STATE_RESOLVED } = ConversationState;

describe('conversations that are idle', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed();
  }, 60_000);
  afterAll(() => bed?.close());

  const sweeperOf = (...tenants: TestTenant[]) =>
    createIdleSweeper({
      ...bed.context,
      registry: { listTenants: async () => ({ tenantIds: tenants.map(({ tenantId }) => tenantId) }) },
    });
  /** Makes all that a tenant has older. */
  const age = (tenant: TestTenant, hours: number) =>
    bed.database.transaction({ tenants: [tenant.tenantId] }, async (tx) => {
      for (const table of ['conversation', 'message']) {
        await tx.query({
          text: `update ${table} set created_at = created_at - $1::float8 * interval '1 hour'`,
          values: [hours],
        });
      }
    });
  /** The bot answers whatever is open. */
  const answer = ({ tenantId, channel }: TestTenant) =>
    bed.database.transaction({ tenants: [tenantId] }, async (tx) => {
      const open = await bed.conversationsOf({ tenantId } as TestTenant);
      const rows = await lockConversations(
        tx,
        open.map(({ id }) => ({ tenantId, conversationId: id })),
      );
      const changes = beginChanges(tx, new Date());
      const content = textOf('Today.');
      for (const row of rows) sendMessage(changes, row, channel, { role: PartyRole.PARTY_ROLE_BOT, content });
      await writeChanges(changes, bed.bus);
    });
  const statesOf = async (tenant: TestTenant) =>
    (await bed.conversationsOf(tenant)).map(({ address, state }) => ({ address, state }));

  /** What was told of a tenant's conversations at the end of the log. */
  async function told(tenant: TestTenant): Promise<ConversationChanged[]> {
    const changes: ConversationChanged[] = [];
    const consumer = bed.bus.consume({
      group: `told-${tenant.tenantId}`,
      topics: [topics.conversationChanged],
      database: bed.database,
      async handle(_, records) {
        changes.push(...records.map(({ value }) => ConversationChanged.decode(value)));
      },
    });
    await consumer.start();
    while ((await consumer.lag()).records > 0n) await new Promise((resolve) => setTimeout(resolve, 10));
    await consumer.stop();
    return changes.filter(({ tenantId }) => tenantId === tenant.tenantId);
  }

  test('one of the bot ends 24 hours after the last message of the customer, as assumed to be solved', async () => {
    const tenant = bed.addTenant();
    const sweeper = sweeperOf(tenant);
    await bed.receive(tenant, { text: 'when will my order ship' });
    await answer(tenant);
    await age(tenant, 23.9);
    await sweeper.sweep();
    expect(await statesOf(tenant)).toEqual([{ address: customer, state: CONVERSATION_STATE_OPEN }]);
    await age(tenant, 0.2);
    await sweeper.sweep();
    expect(await statesOf(tenant)).toEqual([{ address: customer, state: CONVERSATION_STATE_RESOLVED }]);
    expect((await told(tenant)).at(-1)).toMatchObject({
      conversation: { state: CONVERSATION_STATE_RESOLVED },
      change: { $case: 'resolved', value: { actor: 'system', resolution: Resolution.RESOLUTION_ASSUMED } },
    });
    // The next message opens another, and what has ended does not end again.
    await bed.receive(tenant, { text: 'hello again' });
    await sweeper.sweep();
    expect((await statesOf(tenant)).map(({ state }) => state).sort()).toEqual([
      CONVERSATION_STATE_OPEN,
      CONVERSATION_STATE_RESOLVED,
    ]);
  });

  test('one that only a message to the customer opened, or a worker’s answer, ends without being taken for solved', async () => {
    const [written, asked] = [bed.addTenant(), bed.addTenant()];
    await bed
      .conversations(ownerOf(written.tenantId))
      .sendMessage({ channel: 'shop', address: customer, content: textOf('Your parcel is here.') });
    const menu = ticketMenu(newId(), 'A new ticket.', { accept: 'Accept' });
    await bed.tickets(asked, { notices: [noticeTo(asked, { content: menu })] });
    await bed.receive(asked, { text: '1' });
    for (const tenant of [written, asked]) await age(tenant, 25);
    await sweeperOf(written, asked).sweep();
    for (const tenant of [written, asked]) {
      const ends = (await told(tenant)).filter(({ change }) => change?.$case === 'resolved');
      expect(ends).toMatchObject([
        { change: { value: { actor: 'system', resolution: Resolution.RESOLUTION_UNSPECIFIED } } },
      ]);
    }
  });

  test('an old conversation goes on as long as the customer writes', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'one' });
    await age(tenant, 20);
    await bed.receive(tenant, { text: 'two' });
    await age(tenant, 20);
    await sweeperOf(tenant).sweep();
    expect(await statesOf(tenant)).toEqual([{ address: customer, state: CONVERSATION_STATE_OPEN }]);
    await age(tenant, 5);
    await sweeperOf(tenant).sweep();
    expect(await statesOf(tenant)).toEqual([{ address: customer, state: CONVERSATION_STATE_RESOLVED }]);
  });

  test('the hours are those of the tenant', async () => {
    const [quick, slow] = [bed.addTenant({ idleHours: 2 }), bed.addTenant({ idleHours: 100 })];
    for (const tenant of [quick, slow]) {
      await bed.receive(tenant, {});
      await age(tenant, 50);
    }
    await sweeperOf(quick, slow).sweep();
    expect((await statesOf(quick)).map(({ state }) => state)).toEqual([CONVERSATION_STATE_RESOLVED]);
    expect((await statesOf(slow)).map(({ state }) => state)).toEqual([CONVERSATION_STATE_OPEN]);
  });

  test('those of people stay, waiting or taken', async () => {
    const waiting = bed.addTenant({ firstResponder: 'people' });
    const taken = bed.addTenant();
    for (const tenant of [waiting, taken]) await bed.receive(tenant, {});
    const [conversation] = await bed.conversationsOf(taken);
    await bed
      .conversations(ownerOf(taken.tenantId))
      .transferConversation({ conversationId: conversation?.id ?? '', team: 'second' });
    for (const tenant of [waiting, taken]) await age(tenant, 1_000);
    await sweeperOf(waiting, taken).sweep();
    for (const tenant of [waiting, taken]) {
      expect((await bed.conversationsOf(tenant)).map(({ state, owner }) => ({ state, owner }))).toEqual([
        { state: CONVERSATION_STATE_OPEN, owner: ConversationOwner.CONVERSATION_OWNER_QUEUE },
      ]);
    }
  });

  test('several processes end each of many once', async () => {
    const tenant = bed.addTenant();
    const senders = Array.from({ length: 250 }, (_, index) => ({ from: `+1415555${1000 + index}` }));
    await bed.receive(tenant, ...senders);
    await age(tenant, 25);
    await Promise.all([1, 2, 3].map(() => sweeperOf(tenant).sweep()));
    // Whoever was passed over because another had it is ended by that one.
    const ended = (await told(tenant)).filter(({ change }) => change?.$case === 'resolved');
    expect(ended).toHaveLength(250);
    expect(new Set(ended.map(({ conversationId }) => conversationId)).size).toBe(250);
  });

  test('one that is held by somebody is passed over, and what the customer wrote meanwhile counts', async () => {
    const tenant = bed.addTenant();
    await bed.receive(tenant, { text: 'one' });
    await age(tenant, 25);
    await bed.database.transaction({ tenants: [tenant.tenantId] }, async (tx) => {
      await tx.query({ text: 'select from conversation for no key update' });
      await sweeperOf(tenant).sweep();
    });
    expect((await statesOf(tenant)).map(({ state }) => state)).toEqual([CONVERSATION_STATE_OPEN]);
    await bed.receive(tenant, { text: 'two' });
    await sweeperOf(tenant).sweep();
    expect((await statesOf(tenant)).map(({ state }) => state)).toEqual([CONVERSATION_STATE_OPEN]);
  });
});
