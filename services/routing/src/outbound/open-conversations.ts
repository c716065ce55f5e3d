import { ConversationOwner, ConversationState, type ResolvedChannel } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { ConversationRow } from '../domain/conversation';
import { resolveContacts } from '../store/contacts';
import { insertConversations, lockOpenConversations } from '../store/conversations';

/** Where somebody is to be written to who may not have written yet. */
export interface Place {
  channel: ResolvedChannel;
  address: string;
  /** A conversation is opened where none is open; else it is only looked for. */
  mayOpen: boolean;
}

/**
 * The kind of address that a channel has.
 *
 * @param channel the channel.
 * @returns its namespace.
 */
export const namespaceOf = (channel: ResolvedChannel): string =>
  channel.channelType?.addressNamespace ?? channel.type;

/**
 * Names a place among those of one transaction.
 *
 * @param place the channel's id and the address.
 * @returns a text that no other place has.
 */
export const placeName = ({ channelId, address }: { channelId: string; address: string }): string =>
  `${channelId} ${address}`;

/**
 * Locks the open conversations of places, and opens those that are missing and may be opened, with a contact where the
 * address is new.
 *
 * @param tx the transaction that will hold them.
 * @param places each once or more.
 * @param now when a new conversation begins.
 * @returns the conversations by `placeName`; a place that may not open one may be missing.
 */
export async function openConversations(
  tx: Queryable,
  places: readonly Place[],
  now: Date,
): Promise<Map<string, ConversationRow>> {
  const wanted = new Map(places.map((place) => [nameOf(place), place]));
  for (const place of places) if (place.mayOpen) wanted.set(nameOf(place), place);
  const contactOf = await resolveContacts(tx, [...wanted.values()].filter(mayOpen).map(namedAddress));
  const found = new Map<string, ConversationRow>();
  let missing = [...wanted.values()];
  // Read again after opening: the row brings what the customer's ledger says; and another transaction may open or resolve
  // a conversation meanwhile.
  while (missing.length > 0) {
    for (const row of await lockOpenConversations(tx, missing.map(conversationKey))) {
      found.set(placeName(row), row);
    }
    missing = missing.filter((place) => place.mayOpen && !found.has(nameOf(place)));
    const rows = missing.map((place) => newConversation(place, contactOf(namedAddress(place)), now));
    if (rows.length > 0) await insertConversations(tx, rows);
  }
  return found;
}

const mayOpen = (place: Place): boolean => place.mayOpen;
const nameOf = ({ channel, address }: Place): string => placeName({ channelId: channel.id, address });

const namedAddress = ({ channel, address }: Place) => ({
  tenantId: channel.tenantId,
  namespace: namespaceOf(channel),
  value: address,
  name: '',
});

const conversationKey = ({ channel, address }: Place) => ({
  tenantId: channel.tenantId,
  channelId: channel.id,
  address,
  threadKey: '',
});

function newConversation(place: Place, contactId: string, now: Date): ConversationRow {
  const { channel } = place;
  return {
    ...conversationKey(place),
    id: newId(),
    contactId,
    state: ConversationState.CONVERSATION_STATE_OPEN,
    owner:
      channel.firstResponder === 'people'
        ? ConversationOwner.CONVERSATION_OWNER_QUEUE
        : ConversationOwner.CONVERSATION_OWNER_BOT,
    team: channel.team,
    agentId: null,
    agent: '',
    // Nobody has written yet: what the customer writes will say.
    language: '',
    inboundCount: 0,
    messageSeq: 0,
    seq: 0,
    dialogueState: '',
    handoff: null,
    queuedAt: null,
    createdAt: now,
    updatedAt: now,
    optedOut: false,
  };
}
