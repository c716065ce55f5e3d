import {
  ChannelLogged,
  ConversationChanged,
  DeliveryState,
  MediaFetch,
  MediaStored,
  MessageReceived,
  MessageSend,
  MessageStatus,
  ResourceChanged,
} from '@omnigate/contracts';
import { summariseEvent } from './event-summary';

const secret = 'my room is 1203';
const content = { kind: { $case: 'menuChoice' as const, value: { id: '1', label: secret } } };
const channel = { id: 'c-1', type: 'sms-twilio' };
const events: [string, Uint8Array, string][] = [
  [
    'message.v1.MessageReceived',
    MessageReceived.encode(
      MessageReceived.fromPartial({ message: { channel, content, sender: { address: secret } } }),
    ).finish(),
    'menu_choice received on channel c-1',
  ],
  [
    'message.v1.MessageSend',
    MessageSend.encode(
      MessageSend.fromPartial({ messageId: 'm-1', channel, content, address: secret }),
    ).finish(),
    'menu_choice m-1 to be sent on channel c-1',
  ],
  [
    'message.v1.MessageStatus',
    MessageStatus.encode(
      MessageStatus.fromPartial({
        messageId: 'm-1',
        state: DeliveryState.DELIVERY_STATE_SENT,
        address: secret,
      }),
    ).finish(),
    'message m-1 sent',
  ],
  [
    'conversation.v1.ConversationChanged',
    ConversationChanged.encode(
      ConversationChanged.fromPartial({
        conversationId: 'v-1',
        seq: 3n,
        change: { $case: 'messageRecorded', value: { message: { content } } },
      }),
    ).finish(),
    'conversation v-1 change 3: message_recorded',
  ],
  [
    'media.v1.MediaFetch',
    MediaFetch.encode(
      MediaFetch.fromPartial({ messageId: 'm-1', address: secret, items: [{ media: { caption: secret } }] }),
    ).finish(),
    '1 files of message m-1 to be fetched',
  ],
  [
    'media.v1.MediaStored',
    MediaStored.encode(
      MediaStored.fromPartial({
        messageId: 'm-1',
        items: [{ media: { mediaId: 'f-1', fileName: secret } }, { index: 1, media: { errorCode: 'X' } }],
      }),
    ).finish(),
    '1 of 2 files of message m-1 stored',
  ],
  [
    'directory.v1.ResourceChanged',
    ResourceChanged.encode(ResourceChanged.fromPartial({ kind: 'Team', name: 'a', deleted: true })).finish(),
    'Team/a deleted',
  ],
  [
    'operations.v1.ChannelLogged',
    ChannelLogged.encode(
      ChannelLogged.fromPartial({ channelId: 'c-1', stage: 'receive', code: 'SIGNATURE_INVALID' }),
    ).finish(),
    'SIGNATURE_INVALID at receive on channel c-1',
  ],
];

test.each(events)(
  '%s is told in words of the contract, without what people wrote',
  (type, value, summary) => {
    expect(summariseEvent(`omnigate.${type}`, value)).toBe(summary);
  },
);

test('an event of a later version, and one that can not be read, are told by nothing', () => {
  expect(summariseEvent('omnigate.ticket.v1.TicketChanged', new Uint8Array())).toBe('');
  expect(summariseEvent('omnigate.message.v1.MessageReceived', Buffer.from([0xff]))).toBe('');
  const later = ConversationChanged.encode(ConversationChanged.fromPartial({ conversationId: 'v' })).finish();
  expect(summariseEvent('omnigate.conversation.v1.ConversationChanged', later)).toMatch(/: unknown change$/);
});
