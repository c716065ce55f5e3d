import { newId } from '@omnigate/runtime';
import { type Bed, openBed } from '../testing/bed';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const data = { carrier: 'SF', tracking_no: 'SF1', since: '11-20' };
const event = { name: 'parcel-stalled', customer: { phone: '+8613800000001' }, data };
type Event = Parameters<ReturnType<Bed['as']>['publishBusinessEvent']>[0];
const publish = (tenantId: string, changed: Event = {}) =>
  bed.as(tenantId, 'owner').publishBusinessEvent({ ...event, ...changed });

async function eventOf(eventId: string) {
  for (;;) {
    const found = bed.events.find((each) => each.eventId === eventId);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('an event is told on the bus, with its texts', async () => {
  const tenantId = bed.addTenant();
  const occurredTime = new Date('2026-11-20T08:00:00Z');
  const { eventId } = await publish(tenantId, { occurredTime });
  expect(await eventOf(eventId)).toMatchObject({
    ...{ tenantId, name: 'parcel-stalled', data, occurredTime },
    customer: { phone: '+8613800000001' },
    texts: { zh: expect.stringContaining('SF1'), en: expect.stringContaining('SF1') },
  });
});

test('a customer is named in the normal form of each key', async () => {
  const contactId = '0190F3B0-0000-7000-8000-00000000000A';
  const customer = { contactId, email: 'Lin.Wei@Example.COM' };
  const { eventId } = await publish(bed.addTenant(), { customer });
  const { customer: told } = await eventOf(eventId);
  expect(told).toMatchObject({ contactId: contactId.toLowerCase(), email: 'Lin.Wei@example.com' });
});

test('a repeat of a request returns the first event, and another payload is refused', async () => {
  const tenantId = bed.addTenant();
  const requestId = newId();
  const first = await publish(tenantId, { requestId });
  expect(await publish(tenantId, { requestId })).toEqual(first);
  await expect(publish(tenantId, { requestId, name: 'fee-due', text: 'x' })).rejects.toMatchObject({
    code: 'REQUEST_ID_REUSED',
  });
  const last = await publish(tenantId);
  await eventOf(last.eventId);
  expect(bed.events.filter((each) => each.tenantId === tenantId)).toHaveLength(2);
});

test.each([
  ['request_id', { requestId: '7' }],
  ['name', { name: 'Parcel Stalled', text: 'x' }],
  ['name', { name: '', text: 'x' }],
  ['text', { name: 'room-ready' }],
  ['customer', { customer: { phone: '' } }],
  ['customer', { customer: {} }],
  ['customer.phone', { customer: { phone: '13800000001' } }],
  ['customer.email', { customer: { email: 'a b@example.com' } }],
  ['customer.contact_id', { customer: { contactId: '7' } }],
  ['customer.external_id', { customer: { externalId: 'a\nb' } }],
  ['data.since', { data: { ...data, since: undefined } }],
  ['data', { data: { ...data, more: 'x'.repeat(20_000) } }],
] as [string, Event][])('what is wrong with %s is said', async (field, changed) => {
  await expect(publish(bed.addTenant(), changed)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fields: [{ field }],
  });
});

test('agents do not publish', async () => {
  const agent = bed.as(bed.addTenant(), 'agent');
  await expect(agent.publishBusinessEvent(event)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});
