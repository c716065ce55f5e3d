import { type ConversationOwner, ConversationState, Media, type PresenceState } from '@omnigate/contracts';
import { pageToken } from '@omnigate/rpc';
import { type Bed, openBed } from '../../testing/bed';
import { conversationOf } from '../../testing/desk';
import { ownerOf } from '../../testing/process';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const content = { kind: { $case: 'text' as const, value: { body: 'Good morning' } } };
const refused = (field: string) => ({ code: 'INVALID_ARGUMENT', fields: [{ field }] });

/** A tenant's clients, and the id of its conversation. */
async function clients() {
  const tenant = bed.addTenant();
  await bed.receive(tenant, {});
  const owner = ownerOf(tenant.tenantId);
  const { id } = await conversationOf(bed, tenant);
  return {
    id,
    conversations: bed.conversations(owner),
    contacts: bed.contacts(owner),
    routing: bed.routing(owner),
  };
}

test.each(['a\0b', 'a'.repeat(1_001)])('an address that nobody can have is refused', async (address) => {
  const { conversations, contacts } = await clients();
  await expect(conversations.listConversations({ address })).rejects.toMatchObject(refused('address'));
  await expect(contacts.listContacts({ address })).rejects.toMatchObject(refused('address'));
  await expect(conversations.sendMessage({ channel: 'shop', address, content })).rejects.toMatchObject(
    refused('address'),
  );
});

test.each([99_999, 7, -1])('the number %i of an enum is refused', async (number) => {
  const { conversations, routing } = await clients();
  const [state, owner] = [number as ConversationState, number as ConversationOwner];
  await expect(conversations.listConversations({ state })).rejects.toMatchObject(refused('state'));
  await expect(conversations.listConversations({ owner })).rejects.toMatchObject(refused('owner'));
  await expect(routing.setPresence({ agent: 'ann', state: number as PresenceState })).rejects.toMatchObject(
    refused('state'),
  );
});

test('an enum that is left out is no condition', async () => {
  const { conversations, id } = await clients();
  for (const state of [
    ConversationState.CONVERSATION_STATE_UNSPECIFIED,
    ConversationState.CONVERSATION_STATE_OPEN,
  ]) {
    const list = await conversations.listConversations({ state });
    expect(list.conversations.map((conversation) => conversation.id)).toEqual([id]);
  }
});

test.each(['9999999999999999999', '2147483648'])(
  'a page after message %s begins at the newest',
  async (key) => {
    const { conversations, id } = await clients();
    const { messages } = await conversations.listMessages({
      conversationId: id,
      pageToken: pageToken({ key }),
    });
    expect(messages).toHaveLength(1);
  },
);

test.each(['', 'c1', '0198a000-0000-7000-8000-00000000000g'])(
  'the id "%s" is refused',
  async (conversationId) => {
    const { conversations } = await clients();
    await expect(conversations.getConversation({ conversationId })).rejects.toMatchObject(
      refused('conversation_id'),
    );
  },
);

describe('a file that is sent', () => {
  const image = (media: Partial<Media>) => ({
    kind: { $case: 'image' as const, value: Media.fromPartial(media) },
  });

  test.each([{}, { mediaId: 'photo.png' }, { providerUrl: 'http://169.254.169.254/' }])(
    'must be one of the store, not %j',
    async (media) => {
      const { conversations, id } = await clients();
      const sent = conversations.sendMessage({ conversationId: id, content: image(media) });
      await expect(sent).rejects.toMatchObject(refused('media_id'));
    },
  );

  test('goes out by its id, without any other way to it', async () => {
    const { conversations, id } = await clients();
    const mediaId = '0198a000-0000-7000-8000-00000000000a';
    const media = { mediaId: mediaId.toUpperCase(), caption: 'a\0b', contentType: 'image/png' };
    const elsewhere = { providerUrl: 'http://10.0.0.1/', providerMediaId: 'x', errorCode: 'x' };
    const { message } = await conversations.sendMessage({
      conversationId: id,
      content: image({ ...media, ...elsewhere }),
    });
    expect(message?.content).toMatchObject(image({ mediaId, caption: 'ab', contentType: 'image/png' }));
  });
});
