import {
  type Conversation,
  ConversationServiceService,
  type Delivery,
  DeliveryServiceService,
  DeliveryState,
  OperationsServiceService,
  type StoredMessage,
} from '@omnigate/contracts';
import type { Client, ServiceDefinition } from '@omnigate/rpc';
import type { SimulatedMessage } from '@omnigate/testkit';
import type { WrittenMessage } from './traffic';

/** A conversation with all its messages, in the order in which they were stored. */
export interface StoredConversation {
  conversation: Conversation;
  messages: StoredMessage[];
}

/** What Omnigate shows of one channel. */
export interface StoredRecords {
  conversations: readonly StoredConversation[];
  deliveries: readonly Delivery[];
  /** Topics of the tenant's dead letters. */
  deadLetters: readonly string[];
}

/** All that is known of one channel: what its customers wrote, what Omnigate shows, what its provider took. */
export interface ChannelRecords extends StoredRecords {
  written: readonly WrittenMessage[];
  taken: readonly SimulatedMessage[];
}

/** Reads what Omnigate shows of one channel, through its public surface. */
export interface RecordsReader {
  /** @returns ids of the messages whose delivery is shown in this state. */
  inState(state: DeliveryState): Promise<string[]>;
  read(): Promise<StoredRecords>;
}

/**
 * Makes a reader.
 *
 * @param client gives clients of the channel's tenant.
 * @param channel its name.
 * @returns the reader.
 */
export function createRecordsReader(
  client: <D extends ServiceDefinition>(definition: D) => Client<D>,
  channel: string,
): RecordsReader {
  const conversations = client(ConversationServiceService);
  const deliveries = client(DeliveryServiceService);
  const operations = client(OperationsServiceService);

  const deliveriesIn = async (state: DeliveryState): Promise<Delivery[]> =>
    (await allPages((page) => deliveries.listDeliveries({ ...page, channel, state }))).flatMap(
      (page) => page.deliveries,
    );

  async function withMessages(conversation: Conversation): Promise<StoredConversation> {
    const conversationId = conversation.id;
    const pages = await allPages((page) => conversations.listMessages({ ...page, conversationId }));
    return { conversation, messages: pages.flatMap((page) => page.messages).reverse() };
  }

  return {
    inState: async (state) => (await deliveriesIn(state)).map(({ messageId }) => messageId),
    async read() {
      const pages = await allPages((page) => conversations.listConversations({ ...page, channel }));
      const found: StoredConversation[] = [];
      for (const page of pages) {
        for (const conversation of page.conversations) found.push(await withMessages(conversation));
      }
      const letters = await allPages((page) => operations.listDeadLetters(page));
      return {
        conversations: found,
        deliveries: await deliveriesIn(DeliveryState.DELIVERY_STATE_UNSPECIFIED),
        deadLetters: letters.flatMap((page) => page.deadLetters.map(({ topic }) => topic)),
      };
    },
  };
}

async function allPages<P extends { nextPageToken: string }>(
  list: (page: { pageSize: number; pageToken: string }) => Promise<P>,
): Promise<P[]> {
  const pages: P[] = [];
  for (let pageToken = ''; pages.length === 0 || pageToken !== ''; ) {
    const page = await list({ pageSize: 500, pageToken });
    pages.push(page);
    pageToken = page.nextPageToken;
  }
  return pages;
}
