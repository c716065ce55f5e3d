import {
  type Conversation,
  ConversationOwner,
  ConversationServiceService,
  ConversationState,
  RoutingServiceService,
  TicketServiceService,
} from '@omnigate/contracts';
import type { Client } from '@omnigate/rpc';
import type { Server } from '../connection';
import { allPages } from '../listings/listing';
import type { DeskState } from './desk-state';
import type { DeskTexts } from './desk-texts';
import type { LineConsole } from './line-console';

/** What everything at the desk works with. */
export interface DeskContext {
  /** The agent's name. */
  agent: string;
  conversations: Client<ConversationServiceService>;
  routing: Client<RoutingServiceService>;
  tickets: Client<TicketServiceService>;
  state: DeskState;
  console: LineConsole;
  texts: DeskTexts;
  /** Ends the desk. */
  signal: AbortSignal;
}

/**
 * The clients of a desk. Sends carry a request_id and an offer is accepted only once, so both may be repeated.
 *
 * @param server where.
 */
export const deskClients = (server: Server): Pick<DeskContext, 'conversations' | 'routing' | 'tickets'> => ({
  conversations: server.client(ConversationServiceService, { idempotent: ['sendMessage', 'addNote'] }),
  routing: server.client(RoutingServiceService, { idempotent: ['setPresence', 'acceptOffer'] }),
  tickets: server.client(TicketServiceService, { idempotent: ['createTicket', 'getTicket', 'listTickets'] }),
});

/**
 * Whether a conversation is open and the agent's.
 *
 * @param conversation any.
 * @param agent the agent's name.
 */
export const isOwn = ({ state, owner, agent: holder }: Conversation, agent: string): boolean =>
  state === ConversationState.CONVERSATION_STATE_OPEN &&
  owner === ConversationOwner.CONVERSATION_OWNER_AGENT &&
  holder === agent;

/**
 * Every open conversation of an owner.
 *
 * @param conversations the service.
 * @param owner bot, queue or agents.
 */
export async function openConversations(
  conversations: DeskContext['conversations'],
  owner: ConversationOwner,
): Promise<Conversation[]> {
  const state = ConversationState.CONVERSATION_STATE_OPEN;
  const all = allPages(async (page) => {
    const { conversations: items, nextPageToken } = await conversations.listConversations({
      state,
      owner,
      ...page,
    });
    return { items, nextPageToken };
  });
  const found: Conversation[] = [];
  for await (const conversation of all) found.push(conversation);
  return found;
}
