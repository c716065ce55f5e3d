import { DeliveryState } from '@omnigate/contracts';
import { until } from '@omnigate/testkit';
import { account, type Gateway, startGateway } from '../testing/gateway';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ twilio: { callbacks: ['queued', 'sent', 'delivered'] } });
});
afterAll(() => gateway.stop());

test('a signed webhook is on the bus when it is answered', async () => {
  const [answer] = await gateway.twilio.inbound({
    url: gateway.webhookUrl(),
    from: '+14158675309',
    to: account.from,
    body: 'When will my order ship? 物业费怎么交',
  });
  expect(answer).toMatchObject({ status: 200, body: '<Response/>', headers: { 'content-type': 'text/xml' } });
  await until(() => gateway.received.length > 0);
  expect(gateway.received[0]?.message).toMatchObject({
    tenantId: gateway.channel.tenantId,
    channel: { type: 'sms-twilio', id: gateway.channel.id },
    sender: { address: '+14158675309' },
    content: { kind: { $case: 'text', value: { body: 'When will my order ship? 物业费怎么交' } } },
  });
});

test('a send leaves through the API once, and its receipts raise its state', async () => {
  const [messageId = ''] = await gateway.send({ to: '+14158675309', text: 'Tomorrow.' });
  await until(() => gateway.statesOf(messageId).includes(DeliveryState.DELIVERY_STATE_DELIVERED));
  await gateway.twilio.settled();
  expect(gateway.twilio.attempts.map(({ to, body }) => ({ to, body }))).toEqual([
    { to: '+14158675309', body: 'Tomorrow.' },
  ]);
  const states = gateway.statesOf(messageId);
  expect(states).toEqual([...states].sort());
  const last = gateway.statuses.at(-1);
  expect(last).toMatchObject({
    attempts: 1,
    address: '+14158675309',
    providerMessageId: gateway.twilio.messages[0]?.sid,
  });
});
