import { DeliveryState } from '@omnigate/contracts';
import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

const { DELIVERY_STATE_SENT, DELIVERY_STATE_READ } = DeliveryState;

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat();
});
afterAll(() => bed.stop());

test('scenario 04: a page that has read, then says that it received, leaves the message read', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const messageId = await bed.send(channel, visitor.visitorId, { text: 'answer' });
  const { seq } = await visitor.message(({ id }) => id === messageId);
  // The page is told at the commit, so its word may come before that of the send.
  visitor.acknowledge('read');
  const told = () =>
    bed.statuses.filter((status) => status.messageId === messageId).map(({ state }) => state);
  await eventually('read and sent', () =>
    [DELIVERY_STATE_SENT, DELIVERY_STATE_READ].every((state) => told().includes(state)),
  );
  const received = await fetch(`${bed.baseUrl}/chat/${channel.id}/messages?after_seq=${seq}&wait=0`, {
    headers: { authorization: `Bearer ${visitor.token}` },
  });
  expect(await received.json()).toMatchObject({ delivered_seq: seq, read_seq: seq });
  const [delivery] = await bed.database.transaction({ tenants: [channel.tenantId] }, (tx) =>
    tx.query<{ state: DeliveryState }>({
      text: 'select state from delivery where message_id = $1',
      values: [messageId],
    }),
  );
  expect(delivery?.state).toBe(DELIVERY_STATE_READ);
  await visitor.close();
});
