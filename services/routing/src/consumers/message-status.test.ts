import { DeliveryState } from '@omnigate/contracts';
import { type Bed, customer, openBed } from '../../testing/bed';
import type { TestTenant } from '../../testing/directory';
import { ownerOf } from '../../testing/process';
import { listDeliveries } from '../store/deliveries';

const {
  DELIVERY_STATE_QUEUED: queued,
  DELIVERY_STATE_UNKNOWN: unknown,
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_DELIVERED: delivered,
  DELIVERY_STATE_READ: read,
  DELIVERY_STATE_FAILED: failed,
} = DeliveryState;

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

/** A message that was sent to the customer of a new tenant. */
async function sentMessage() {
  const tenant = bed.addTenant();
  const content = { kind: { $case: 'text' as const, value: { body: 'Good morning' } } };
  const { message } = await bed
    .conversations(ownerOf(tenant.tenantId))
    .sendMessage({ channel: 'shop', address: customer, content });
  const ids = { messageId: message?.id ?? '', conversationId: message?.conversationId ?? '' };
  const report = (...states: DeliveryState[]) =>
    bed.report(tenant, ...states.map((state) => ({ ...ids, state })));
  return { tenant, ids, report, shown: () => shown(tenant, ids.messageId) };
}

async function shown({ tenantId }: TestTenant, messageId: string) {
  const nothing = { state: null, channelId: null, conversationId: null, beforeId: null };
  const [row] = await bed.database.transaction({ tenants: [tenantId] }, (tx) =>
    listDeliveries(tx, { ...nothing, tenantId, messageId, limit: 1 }),
  );
  return row?.state;
}

const seqOf = async (tenant: TestTenant) => (await bed.conversationsOf(tenant))[0]?.seq;

describe('what is shown of a message', () => {
  test.each([
    { name: 'in order', batches: [[sent], [delivered], [read]], last: read },
    { name: 'scenario 04: read, delivered, sent', batches: [[read], [delivered], [sent]], last: read },
    { name: 'all in one batch, turned', batches: [[read, delivered, sent]], last: read },
    { name: 'unknown, then a receipt', batches: [[unknown], [delivered]], last: delivered },
    { name: 'failed after it was sent', batches: [[sent], [failed]], last: failed },
    { name: 'failed, and it arrived after all', batches: [[failed], [delivered]], last: delivered },
    { name: 'failed after it arrived', batches: [[delivered], [failed]], last: delivered },
    { name: 'failed, then sent', batches: [[failed], [sent]], last: failed },
  ])('$name', async ({ batches, last }) => {
    const message = await sentMessage();
    expect(await message.shown()).toBe(queued);
    for (const states of batches) await message.report(...states);
    expect(await message.shown()).toBe(last);
  });

  test('only a state that has risen is told, and sent is no news', async () => {
    const { tenant, report } = await sentMessage();
    const before = (await seqOf(tenant)) ?? 0;
    await report(sent);
    expect(await seqOf(tenant)).toBe(before);
    await report(delivered);
    await report(delivered);
    await report(sent, delivered);
    expect(await seqOf(tenant)).toBe(before + 1);
    await report(delivered, read);
    expect(await seqOf(tenant)).toBe(before + 2);
  });
});

describe('a provider that says that the customer has opted out', () => {
  const optedOut = async (tenant: TestTenant) => {
    const [row] = await bed.conversationsOf(tenant);
    return row?.optedOut;
  };
  const ledger = ({ tenantId }: TestTenant) =>
    bed.database.transaction({ tenants: [tenantId] }, (tx) =>
      tx.query<{ opted_out: boolean; source: string }>({
        text: 'select opted_out, source from consent_entry order by id',
      }),
    );

  test('is believed, and the ledger keeps who said it', async () => {
    const { tenant, ids } = await sentMessage();
    await bed.report(tenant, { ...ids, state: failed, optedOut: true });
    expect(await optedOut(tenant)).toBe(true);
    expect(await ledger(tenant)).toEqual([{ opted_out: true, source: 'provider' }]);
  });

  test('does not undo what the customer said since, when the status comes again', async () => {
    const { tenant, ids } = await sentMessage();
    await bed.report(tenant, { ...ids, state: failed, optedOut: true });
    await bed.receive(tenant, { text: 'START', consentWord: 'start' });
    await bed.report(tenant, { ...ids, state: failed, optedOut: true });
    expect(await optedOut(tenant)).toBe(false);
    expect(await ledger(tenant)).toEqual([
      { opted_out: true, source: 'provider' },
      { opted_out: false, source: 'customer' },
    ]);
  });
});

test('a status of a message that routing does not know changes nothing', async () => {
  const { tenant, ids } = await sentMessage();
  const before = await seqOf(tenant);
  await bed.report(tenant, { ...ids, messageId: ids.conversationId, state: delivered });
  expect(await seqOf(tenant)).toBe(before);
});

test('a status that names no conversation, or another tenant’s record, goes to the dead letters', async () => {
  const { tenant, ids } = await sentMessage();
  const other = bed.addTenant();
  const outcomes = await bed.report(tenant, { ...ids, conversationId: '', state: delivered });
  expect(outcomes).toEqual([{ kind: 'deadLetter', code: 'INVALID_ARGUMENT' }]);
  await bed.report(other, { ...ids, state: delivered });
  expect(await shown(tenant, ids.messageId)).toBe(queued);
});
