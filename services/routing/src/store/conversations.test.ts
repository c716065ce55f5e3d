import { ConversationState } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import { type LockWatch, openLockWatch } from '@omnigate/testkit';
import { type Bed, customer, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { recordConsents } from './consents';
import { lockConversations, lockOpenConversations } from './conversations';

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

async function openConversation(tenant: TestTenant, from = customer) {
  await bed.receive(tenant, { from });
  const rows = await bed.conversationsOf(tenant);
  const found = rows.find((row) => row.address === from);
  if (!found) throw new Error('no conversation');
  return found;
}

/** Runs work in a tenant while another transaction holds the customer's conversation and opts the customer out. */
async function whileOptingOut<T>(tenant: TestTenant, work: () => Promise<T>): Promise<T> {
  const { tenantId, channel } = tenant;
  const { id } = await openConversation(tenant);
  let result: Promise<T> | undefined;
  await bed.database.transaction({ tenants: [tenantId] }, async (tx) => {
    await lockConversations(tx, [{ tenantId, conversationId: id }]);
    result = work();
    while ((await watch.waiting()).size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const consent = { tenantId, channelId: channel.id, address: customer, optedOut: true };
    await recordConsents(tx, [{ ...consent, source: 'customer', messageId: null }]);
  });
  return result as Promise<T>;
}

const inTenant = <T>({ tenantId }: TestTenant, work: (tx: Transaction) => Promise<T>) =>
  bed.database.transaction({ tenants: [tenantId] }, work);

describe('who waited for a conversation sees what its holder wrote', () => {
  test('of the ledger, by id', async () => {
    const tenant = bed.addTenant();
    const { id } = await openConversation(tenant);
    const ids = [{ tenantId: tenant.tenantId, conversationId: id }];
    const rows = await whileOptingOut(tenant, () => inTenant(tenant, (tx) => lockConversations(tx, ids)));
    expect(rows.map(({ optedOut }) => optedOut)).toEqual([true]);
  });

  test('of the ledger, by key', async () => {
    const tenant = bed.addTenant();
    const { tenantId, channel } = tenant;
    const keys = [{ tenantId, channelId: channel.id, address: customer, threadKey: '' }];
    const rows = await whileOptingOut(tenant, () =>
      inTenant(tenant, (tx) => lockOpenConversations(tx, keys)),
    );
    expect(rows.map(({ optedOut }) => optedOut)).toEqual([true]);
  });

  test('so that nothing is sent to who has just opted out', async () => {
    const tenant = bed.addTenant();
    const { id } = await openConversation(tenant);
    const client = bed.conversations(ownerOf(tenant.tenantId));
    const content = { kind: { $case: 'text' as const, value: { body: 'One more thing' } } };
    const refused = { code: 'RECIPIENT_OPTED_OUT' };
    await expect(
      whileOptingOut(tenant, () => client.sendMessage({ conversationId: id, content })),
    ).rejects.toMatchObject(refused);
    await expect(client.sendMessage({ channel: 'shop', address: customer, content })).rejects.toMatchObject(
      refused,
    );
  });

  test('one that was resolved meanwhile is no open one any more', async () => {
    const tenant = bed.addTenant();
    const { id, tenantId, channelId } = await openConversation(tenant);
    const keys = [{ tenantId, channelId, address: customer, threadKey: '' }];
    let waiting: ReturnType<typeof lockOpenConversations> | undefined;
    await inTenant(tenant, async (tx) => {
      await lockConversations(tx, [{ tenantId, conversationId: id }]);
      waiting = inTenant(tenant, (other) => lockOpenConversations(other, keys));
      while ((await watch.waiting()).size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await tx.query({
        text: 'update conversation set state = $2 where id = $1',
        values: [id, ConversationState.CONVERSATION_STATE_RESOLVED],
      });
    });
    expect(await waiting).toEqual([]);
  });
});

test('consents are of the channel and the address', async () => {
  const tenant = bed.addTenant();
  const [stopped, other] = [
    await openConversation(tenant, '+14155550111'),
    await openConversation(tenant, '+14155550112'),
  ];
  await inTenant(tenant, (tx) =>
    recordConsents(tx, [
      { ...stopped, optedOut: true, source: 'customer', messageId: null },
      { ...other, channelId: newId(), optedOut: true, source: 'customer', messageId: null },
    ]),
  );
  const rows = await inTenant(tenant, (tx) =>
    lockConversations(
      tx,
      [other, stopped].map(({ tenantId, id }) => ({ tenantId, conversationId: id })),
    ),
  );
  expect(rows.map(({ id, optedOut }) => [id, optedOut])).toEqual([
    [stopped.id, true],
    [other.id, false],
  ]);
});
