import type { Bus, BusRecord } from '@omnigate/bus';
import {
  ChannelLogged,
  type DeliveryState,
  MediaStored,
  type Message,
  MessageReceived,
  MessageStatus,
  topics,
} from '@omnigate/contracts';

/** What an adapter service has published, as it comes. */
export interface Published {
  received: MessageReceived[];
  /** Of `received`. */
  messages: Message[];
  statuses: MessageStatus[];
  channelLog: ChannelLogged[];
  /** What became of customers' files. */
  stored: MediaStored[];
  /** States published of a message, in order. */
  statesOf(messageId: string): DeliveryState[];
  stop(): Promise<void>;
}

/**
 * Collects what adapter services publish from now on.
 *
 * @param bus where.
 * @returns what has come so far; the caller stops it.
 */
export async function collectPublished(bus: Bus): Promise<Published> {
  const received: MessageReceived[] = [];
  const messages: Message[] = [];
  const statuses: MessageStatus[] = [];
  const channelLog: ChannelLogged[] = [];
  const stored: MediaStored[] = [];
  const note = ({ topic, value }: BusRecord): void => {
    if (topic === topics.messageReceived) {
      const record = MessageReceived.decode(value);
      received.push(record);
      messages.push(record.message as Message);
    } else if (topic === topics.messageStatus) statuses.push(MessageStatus.decode(value));
    else if (topic === topics.mediaStored) stored.push(MediaStored.decode(value));
    else channelLog.push(ChannelLogged.decode(value));
  };
  const follower = bus.follow({
    topics: [topics.messageReceived, topics.messageStatus, topics.channelLog, topics.mediaStored],
    handle: (records) => records.forEach(note),
  });
  await follower.ready;
  return {
    received,
    messages,
    statuses,
    channelLog,
    stored,
    statesOf: (messageId) =>
      statuses.filter((status) => status.messageId === messageId).map((status) => status.state),
    stop: () => follower.stop(),
  };
}
