import { Content, Conversation, ConversationOwner, Resource } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { fromProtobufJson, toProtobufJson } from './protobuf-json';

const conversationName = 'omnigate.conversation.v1.Conversation';
const contentName = 'omnigate.message.v1.Content';

describe('toProtobufJson', () => {
  const conversation = Conversation.fromPartial({
    id: 'c',
    owner: ConversationOwner.CONVERSATION_OWNER_QUEUE,
    inboundCount: 2,
    seq: 7n,
    createTime: new Date('2026-03-01T10:00:00.250Z'),
  });

  it('uses the fields’ own names, shows defaults, names enums', () => {
    expect(toProtobufJson(conversationName, conversation)).toMatchObject({
      id: 'c',
      channel: '',
      owner: 'CONVERSATION_OWNER_QUEUE',
      state: 'CONVERSATION_STATE_UNSPECIFIED',
      inbound_count: 2,
      seq: '7',
      create_time: '2026-03-01T10:00:00.250Z',
    });
  });

  it('takes bytes too', () => {
    const bytes = Conversation.encode(conversation).finish();
    expect(toProtobufJson(conversationName, bytes)).toEqual(toProtobufJson(conversationName, conversation));
  });

  it('shows a Struct as the object it stands for', () => {
    const resource = Resource.fromPartial({
      kind: 'Channel',
      spec: { config: { from: '+1', tags: ['a', null, 1.5] } },
    });
    expect(toProtobufJson('omnigate.directory.v1.Resource', resource)).toMatchObject({
      kind: 'Channel',
      spec: { config: { from: '+1', tags: ['a', null, 1.5] } },
    });
  });
});

describe('fromProtobufJson', () => {
  it('reads what toProtobufJson wrote', () => {
    const content = Content.fromPartial({ kind: { $case: 'menuChoice', value: { id: '1', label: '一' } } });
    const json = toProtobufJson(contentName, content);
    expect(json).toEqual({ menu_choice: { id: '1', label: '一' } });
    expect(fromProtobufJson<Content>(contentName, json).kind).toMatchObject(content.kind as object);
  });

  it('says what is wrong with a field it does not know', () => {
    let failure: unknown;
    try {
      fromProtobufJson(contentName, { tekst: { body: 'x' } });
    } catch (error) {
      failure = error;
    }
    expect(isAppError(failure, 'INVALID_ARGUMENT')).toBe(true);
    expect(String(failure)).toContain('tekst');
  });
});
