import {
  Conversation,
  ConversationOwner,
  Delivery,
  DeliveryState,
  Direction,
  HandoffPacket,
  Party,
  PartyRole,
  StoredMessage,
} from '@omnigate/contracts';
import type { SimulatedMessage } from '@omnigate/testkit';
import { findUnderWay, findViolations } from './invariants';
import type { ChannelRecords, StoredConversation } from './records';
import type { WrittenMessage } from './traffic';

const customer = '+8613800000001';
const { DELIVERY_STATE_SENT: sent, DELIVERY_STATE_UNKNOWN: unknown } = DeliveryState;

/** Two questions, each answered: the first answer sent, the second unknown, though the provider took it. */
interface Records extends ChannelRecords {
  written: WrittenMessage[];
  conversations: StoredConversation[];
  deliveries: Delivery[];
  deadLetters: string[];
  taken: SimulatedMessage[];
}

function written(number: number): WrittenMessage {
  return { sid: `SM${number}`, customer, text: `question ${number}`, outcome: 'acknowledged' };
}

function stored(seq: number, parts: Parameters<typeof StoredMessage.fromPartial>[0]): StoredMessage {
  return StoredMessage.fromPartial({ id: `message-${seq}`, seq: BigInt(seq), ...parts });
}

const question = (seq: number, number: number): StoredMessage =>
  stored(seq, {
    direction: Direction.DIRECTION_INBOUND,
    sender: { role: PartyRole.PARTY_ROLE_CUSTOMER },
    providerMessageId: `SM${number}`,
    content: { kind: { $case: 'text', value: { body: `question ${number}` } } },
  });

const answer = (seq: number, state: DeliveryState): StoredMessage =>
  stored(seq, {
    direction: Direction.DIRECTION_OUTBOUND,
    sender: { role: PartyRole.PARTY_ROLE_BOT },
    state,
    content: { kind: { $case: 'text', value: { body: `answer ${seq}` } } },
  });

function taken(seq: number, answered: boolean): SimulatedMessage {
  const statusCallback = `http://127.0.0.1/status?message_id=message-${seq}`;
  const body = `answer ${seq}`;
  return {
    sid: `SM-${seq}`,
    to: customer,
    from: '+1',
    body,
    mediaUrls: [],
    statusCallback,
    acceptedMs: 0,
    answered,
  };
}

function soundRecords(): Records {
  const owner = ConversationOwner.CONVERSATION_OWNER_BOT;
  return {
    written: [written(1), written(2)],
    conversations: [
      {
        conversation: Conversation.fromPartial({ id: 'c', address: customer, inboundCount: 2, owner }),
        messages: [question(1, 1), answer(2, sent), question(3, 2), answer(4, unknown)],
      },
    ],
    deliveries: [
      Delivery.fromPartial({ messageId: 'message-2', state: sent, providerMessageId: 'SM-2' }),
      Delivery.fromPartial({ messageId: 'message-4', state: unknown }),
    ],
    deadLetters: [],
    taken: [taken(2, true), taken(4, false)],
  };
}

/** Each does one wrong to sound records, which must be told. */
const wrongs: [string, RegExp, (records: Records) => void][] = [
  ['a lost message', /SM3 was acknowledged/, ({ written: all }) => all.push(written(3))],
  ['a message stored twice', /SM2 is stored 2/, (records) => addMessages(records, question(5, 2))],
  [
    'a message nobody wrote',
    /SM3 is stored and was never/,
    (records) => addMessages(records, question(5, 3)),
  ],
  [
    'another text',
    /SM1 is not stored as/,
    (records) => Object.assign(records.written[0] ?? {}, { text: '?' }),
  ],
  ['two conversations', /has 2 conv/, ({ conversations }) => conversations.push(...conversations)],
  ['another order', /as they were written/, (records) => records.written.reverse()],
  ['a gap', /a gap/, (records) => changeMessage(records, 4, { seq: 5n })],
  ['a wrong count', /counts 9 of 2/, (records) => changeConversation(records, { inboundCount: 9 })],
  ['no answer', /waits for an answer/, (records) => records.conversations[0]?.messages.pop()],
  [
    'no answer after a handoff, and why it was handed over',
    /message 5 of .*, CONVERSATION_OWNER_QUEUE, handed over by message 4 for BOT_TIMEOUT/,
    (records) => {
      const owner = ConversationOwner.CONVERSATION_OWNER_QUEUE;
      const handoff = HandoffPacket.fromPartial({ reason: 'BOT_TIMEOUT' });
      changeConversation(records, { owner, handoff });
      changeMessage(records, 4, { sender: Party.fromPartial({ role: PartyRole.PARTY_ROLE_SYSTEM }) });
      addMessages(records, question(5, 3));
    },
  ],
  ['two answers', /answers what was answered/, (records) => addMessages(records, answer(5, sent))],
  ['a notice too many', /1 handoff notices/, (records) => bySystem(records)],
  ['no notice', /0 handoff/, (records) => changeConversation(records, { owner: 2 })],
  ['no delivery', /message-4 has 0 deliveries/, ({ deliveries }) => deliveries.pop()],
  ['a delivery of nothing', /belongs to no reply/, (records) => changeDelivery(records, { messageId: 'x' })],
  [
    'a delivery without end',
    /ended as DELIVERY_STATE_QUEUED/,
    (records) => changeDelivery(records, { state: 1 }),
  ],
  ['a state that is not shown', /not shown in its/, (records) => changeDelivery(records, { state: unknown })],
  ['a reply sent twice', /was sent 2 times/, (records) => records.taken.push(taken(4, true))],
  ['sent, said of what is not', /as what it is not/, (records) => records.taken.shift()],
  [
    'sent, known from nobody',
    /as what it is not/,
    (records) => Object.assign(records.taken[0] ?? {}, { answered: false }),
  ],
  [
    'an id that is not the provider’s',
    /as what it is not/,
    (records) => changeDelivery(records, { providerMessageId: 'x' }),
  ],
  ['a reply of another', /which is no reply/, (records) => records.taken.push(taken(7, true))],
  [
    'another reply',
    /not the reply that is stored/,
    (records) => Object.assign(records.taken[1] ?? {}, { body: '' }),
  ],
  ['replies in another order', /out of order/, (records) => records.taken.reverse()],
  ['a dead letter', /a dead letter of topic/, ({ deadLetters }) => deadLetters.push('topic')],
];

const addMessages = ({ conversations }: Records, ...messages: StoredMessage[]) =>
  conversations[0]?.messages.push(...messages);
const changeMessage = ({ conversations }: Records, seq: number, change: Partial<StoredMessage>) =>
  Object.assign(conversations[0]?.messages[seq - 1] ?? {}, change);
const changeConversation = ({ conversations }: Records, change: Partial<Conversation>) =>
  Object.assign(conversations[0]?.conversation ?? {}, change);
const changeDelivery = ({ deliveries }: Records, change: Partial<Delivery>) =>
  Object.assign(deliveries[0] ?? {}, change);
const bySystem = (records: Records) =>
  changeMessage(records, 4, { sender: { role: PartyRole.PARTY_ROLE_SYSTEM, name: '', address: '' } });

describe('the checker of invariants', () => {
  test('finds nothing wrong with what is sound', () => {
    expect(findViolations(soundRecords())).toEqual([]);
    expect(findUnderWay(soundRecords())).toEqual([]);
  });

  test('lets a message that was given up be stored or not', () => {
    const records = soundRecords();
    for (const number of [2, 3]) records.written[number - 1] = { ...written(number), outcome: 'given up' };
    expect(findViolations(records)).toEqual([]);
  });

  test.each(wrongs)('tells of %s', (_, told, doWrong) => {
    const records = soundRecords();
    doWrong(records);
    expect(findViolations(records)).toContainEqual(expect.stringMatching(told));
  });

  test('knows what is still under way', () => {
    const records = soundRecords();
    changeDelivery(records, { state: DeliveryState.DELIVERY_STATE_QUEUED });
    records.conversations[0]?.messages.pop();
    expect(findUnderWay(records)).toEqual([
      'message-2 is not sent yet',
      expect.stringMatching(/^c waits for an answer/),
    ]);
  });
});
