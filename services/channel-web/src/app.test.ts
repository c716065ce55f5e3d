import { randomUUID } from 'node:crypto';
import { busSchema } from '@omnigate/bus';
import { type Content, DeliveryState, PartyRole } from '@omnigate/contracts';
import { checkTenantIsolation } from '@omnigate/database';
import { channelWebSchema } from './index';
import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat();
});
afterAll(() => bed.stop());

const receivedFrom = (address: string) =>
  bed.received.filter((message) => message.sender?.address === address);
const textOf = (content: Content | undefined) =>
  content?.kind?.$case === 'text' ? content.kind.value.body : undefined;
const seqs = (messages: { seq: number }[]) => messages.map(({ seq }) => seq);

test('a visitor writes, the message is on the bus once, and the answer comes back with receipts', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  const ready = await visitor.connect();
  expect(ready).toMatchObject({ t: 'ready', last_seq: 0, delivered_seq: 0, read_seq: 0 });
  const ack = await visitor.say('物业费怎么交？');
  expect(ack.seq).toBe(1);
  await eventually('message received', () => receivedFrom(visitor.visitorId).length === 1);
  const [message] = receivedFrom(visitor.visitorId);
  expect(textOf(message?.content)).toBe('物业费怎么交？');
  expect(message).toMatchObject({
    tenantId: channel.tenantId,
    eventId: ack.id,
    channel: { type: 'web', id: channel.id },
  });

  const messageId = await bed.send(channel, visitor.visitorId, {
    text: '在前台或微信上交。',
    name: 'Assistant',
  });
  const answer = await visitor.message(({ from }) => from.role === 'bot');
  expect(answer).toMatchObject({ seq: 2, id: messageId, from: { role: 'bot', name: 'Assistant' } });
  expect(answer.content).toEqual({ type: 'text', text: '在前台或微信上交。' });

  const stateOf = () =>
    bed.statuses.filter((status) => status.messageId === messageId).map(({ state }) => state);
  visitor.acknowledge();
  await eventually('delivered', () => stateOf().includes(DeliveryState.DELIVERY_STATE_DELIVERED));
  visitor.acknowledge('read');
  await eventually('read', () => stateOf().includes(DeliveryState.DELIVERY_STATE_READ));
  expect(stateOf()).toContain(DeliveryState.DELIVERY_STATE_SENT);
  await visitor.close();
});

test('the same cid again is acknowledged with the first seq and handled once', async () => {
  const visitor = bed.visitor(bed.addChannel());
  await visitor.connect();
  const cid = randomUUID();
  const [first, ...repeats] = await Promise.all(Array.from({ length: 20 }, () => visitor.say('once', cid)));
  visitor.drop();
  await visitor.connect();
  repeats.push(await visitor.say('once', cid));
  for (const repeat of repeats) expect(repeat).toEqual(first);
  await expect(visitor.say('something else', cid)).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
  expect((await visitor.say('next')).seq).toBe(2);
  await eventually('both received', () => receivedFrom(visitor.visitorId).length >= 2);
  expect(receivedFrom(visitor.visitorId).map(({ content }) => textOf(content))).toEqual(['once', 'next']);
  await visitor.close();
});

test('messages wait in the mailbox while the visitor is away, and a send that is repeated is shown once', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  await visitor.say('hello');
  visitor.drop();
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1)
    ids.push(await bed.send(channel, visitor.visitorId, { text: `answer ${index}` }));
  await bed.send(channel, visitor.visitorId, { text: 'answer 4', messageId: ids[4] ?? '' });
  await eventually('sent', () =>
    ids.every((id) =>
      bed.statuses.some((s) => s.messageId === id && s.state === DeliveryState.DELIVERY_STATE_SENT),
    ),
  );
  await visitor.connect();
  await visitor.message(({ seq }) => seq === 6);
  await visitor.say('thanks');
  await visitor.message(({ seq }) => seq === 7);
  expect(seqs(visitor.messages)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(visitor.messages.slice(1, 6).map(({ id }) => id)).toEqual(ids);
  await visitor.close();
});

test('names, menus, choices and notices reach the page as they are', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const menu: Content = {
    kind: {
      $case: 'menu',
      value: {
        body: 'Which?',
        options: [
          { id: '1', label: 'Fees' },
          { id: '2', label: '<b>' },
        ],
      },
    },
  };
  await bed.send(channel, visitor.visitorId, { content: menu });
  await bed.send(channel, visitor.visitorId, {
    text: 'You are number 2.',
    role: PartyRole.PARTY_ROLE_SYSTEM,
  });
  await bed.send(channel, visitor.visitorId, { text: 'Hi', role: PartyRole.PARTY_ROLE_AGENT, name: '小林' });
  await bed.send(channel, visitor.visitorId, { content: { kind: undefined } });
  await visitor.message(({ seq }) => seq === 4);
  expect(visitor.messages.map(({ from, content }) => [from.role, from.name, content.type])).toEqual([
    ['bot', '', 'menu'],
    ['system', '', 'text'],
    ['agent', '小林', 'text'],
    ['bot', '', 'other'],
  ]);
  expect(visitor.messages[0]?.content.options).toEqual([
    { id: '1', label: 'Fees' },
    { id: '2', label: '<b>' },
  ]);
  await visitor.choose({ id: '2', label: '<b>' });
  await eventually('choice received', () => receivedFrom(visitor.visitorId).length === 1);
  expect(receivedFrom(visitor.visitorId)[0]?.content?.kind).toMatchObject({
    $case: 'menuChoice',
    value: { id: '2' },
  });
  await visitor.close();
});

test('two pages of one visitor show the same, and one learns what the other has read', async () => {
  const channel = bed.addChannel();
  const phone = bed.visitor(channel);
  await phone.connect();
  const desk = bed.visitor(channel, { token: phone.token });
  await desk.connect();
  await phone.say('from the phone');
  await desk.say('from the desk');
  await bed.send(channel, phone.visitorId, { text: 'answer' });
  await Promise.all([phone, desk].map((page) => page.message(({ seq }) => seq === 3)));
  expect(desk.messages).toEqual(phone.messages);
  desk.acknowledge('read');
  const receipt = await phone.frameThat(({ t }) => t === 'receipt');
  expect(receipt).toMatchObject({ delivered_seq: 3, read_seq: 3 });
  await Promise.all([phone.close(), desk.close()]);
});

test('a signed-in user has one mailbox on all devices, and a forged hash none', async () => {
  const { createHmac } = await import('node:crypto');
  const channel = bed.addChannel({ identity_secret: 'k1' });
  const hash = createHmac('sha256', 'k1').update('u-7').digest('hex');
  const first = bed.visitor(channel, { session: { identity: { user_id: 'u-7', hash, name: 'Zoë' } } });
  await first.connect();
  await first.say('hello');
  const second = bed.visitor(channel, { session: { identity: { user_id: 'u-7', hash } } });
  await second.connect();
  await second.message(({ seq }) => seq === 1);
  await eventually('received', () => receivedFrom('user:u-7').length === 1);
  expect(receivedFrom('user:u-7')[0]?.sender?.name).toBe('Zoë');
  const wrong = { identity: { user_id: 'u-8', hash } };
  await expect(bed.visitor(channel, { session: wrong }).connect()).rejects.toMatchObject({ status: 401 });
  const open = bed.addChannel();
  await expect(bed.visitor(open, { session: wrong }).connect()).rejects.toMatchObject({ status: 401 });
  await Promise.all([first.close(), second.close()]);
});

test('typing: the bot when it is asked, an agent when they do, never after a notice', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const typing = () => visitor.frames.filter(({ t }) => t === 'typing');
  await visitor.say('question');
  await visitor.frameThat(({ t, role }) => t === 'typing' && role === 'bot');
  await bed.send(channel, visitor.visitorId, { text: 'queued', role: PartyRole.PARTY_ROLE_SYSTEM });
  await visitor.message(({ from }) => from.role === 'system');
  await visitor.say('and?');
  expect(typing()).toHaveLength(1);
  await bed.state.publish('chat.typing', JSON.stringify([channel.id, visitor.visitorId, 'agent']));
  await visitor.frameThat(({ t, role }) => t === 'typing' && role === 'agent');
  const heard: string[] = [];
  const stop = bed.state.subscribe('chat.typing', (payload) => heard.push(payload));
  visitor.frame({ t: 'typing' });
  await eventually('typing told', () => heard.length === 1);
  expect(JSON.parse(heard[0] ?? '')).toEqual([channel.id, visitor.visitorId, 'customer']);
  stop();
  await visitor.close();
});

test('every table keeps tenants apart', async () => {
  expect(await checkTenantIsolation(bed.url, [busSchema, channelWebSchema])).toEqual([]);
});

test('pages of a deleted channel are sent away and not let in again', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  await bed.deleteChannel(channel);
  expect(await visitor.closed()).toBe(1008);
  await expect(visitor.connect()).rejects.toMatchObject({ status: 404 });
});
