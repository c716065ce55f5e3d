import {
  ConversationOwner,
  ConversationState,
  MessageSend,
  PartyRole,
  ResolvedChannel,
  topics,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { ConversationRow } from '../domain/conversation';
import { beginChanges, sendMessage } from './changes';

const now = new Date('2026-11-26T08:00:00Z');
const tenantId = '0198c0de-0000-7000-8000-000000000001';
const conversation: ConversationRow = {
  ...{
    tenantId,
    id: '0198c0de-0000-7000-8000-000000000002',
    channelId: '0198c0de-0000-7000-8000-000000000003',
  },
  ...{ address: '+14155550111', threadKey: '', contactId: '0198c0de-0000-7000-8000-000000000004' },
  ...{ state: ConversationState.CONVERSATION_STATE_OPEN, owner: ConversationOwner.CONVERSATION_OWNER_BOT },
  ...{ team: 'default', agentId: null, agent: '', language: 'en', inboundCount: 1, messageSeq: 1, seq: 2 },
  ...{
    dialogueState: '',
    handoff: null,
    queuedAt: null,
    createdAt: now,
    updatedAt: now,
    optedOut: false,
    rating: null,
  },
};
const channel = ResolvedChannel.fromPartial({
  id: conversation.channelId,
  type: 'sms-twilio',
  channelType: { adapterService: 'channel-webhooks' },
});

test('a message to be sent is wanted for a day', () => {
  const changes = beginChanges({} as Transaction, now);
  const content = { kind: { $case: 'text', value: { body: 'hello' } } } as const;
  const row = sendMessage(changes, { ...conversation }, channel, { role: PartyRole.PARTY_ROLE_BOT, content });
  const record = changes.records.find(({ topic }) => topic === topics.messageSend('channel-webhooks'));
  const send = MessageSend.decode(record?.value ?? new Uint8Array());
  expect(send).toMatchObject({ messageId: row.id, createTime: now, content });
  expect(send.notAfter).toEqual(new Date('2026-11-27T08:00:00Z'));
});
