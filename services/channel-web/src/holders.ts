import type { State } from '@omnigate/state';
import type { LoggedEvent, Mailbox } from './store/event-log';

/** Something in this process that waits for a mailbox: a socket, or a long poll. */
export interface Holder {
  /** A new event, straight from the commit; it may come out of order or not at all. */
  offer(event: LoggedEvent): void;
  /** Something was appended elsewhere, up to this seq. */
  wake(seq: number): void;
  /** The visitor received or read so far, on any page. */
  progressed(delivered: number, read: number): void;
  /** Somebody types to this visitor. */
  typing(role: string): void;
  /** The process stops. */
  release(): void;
}

/** Who holds which mailbox, and the fan-out that wakes the holders of other processes. */
export interface Holders {
  /** Adds a holder; once stopped, releases it instead. */
  add(mailbox: Mailbox, holder: Holder): void;
  remove(mailbox: Mailbox, holder: Holder): void;
  /** Gives new events to the holders here, and their ids and seqs to other processes. */
  announce(events: readonly LoggedEvent[]): void;
  /** Tells the other pages of a visitor how far one of them has come. */
  announceProgress(mailbox: Mailbox, progress: { delivered: number; read: number }): void;
  /** Says that somebody types in a visitor's conversation. */
  announceTyping(mailbox: Pick<Mailbox, 'channelId' | 'address'>, role: string): void;
  size(): number;
  stop(): void;
}

/** Fan-out channels; ids and numbers only. Whoever shows a conversation may publish on `chat.typing` too. */
export const fanOut = {
  appended: 'chat.appended',
  progress: 'chat.progress',
  typing: 'chat.typing',
} as const;

type Appended = [channelId: string, address: string, seq: number][];
type Progressed = [channelId: string, address: string, delivered: number, read: number];
type Typing = [channelId: string, address: string, role: string];

const keyOf = (channelId: string, address: string) => `${channelId}|${address}`;
const noHolders: ReadonlySet<Holder> = new Set();

/**
 * Makes the registry. A wake-up may be lost, so holders also look by themselves (when they open, on each write, and at
 * each ping).
 */
export function createHolders(state: State, onFailure: (error: unknown) => void): Holders {
  const holders = new Map<string, Set<Holder>>();
  const of = (channelId: string, address: string) => holders.get(keyOf(channelId, address)) ?? noHolders;
  const publish = (channel: string, payload: unknown) => {
    state.publish(channel, JSON.stringify(payload)).catch(onFailure);
  };
  const stops = [
    state.subscribe(fanOut.appended, (payload) => {
      for (const [channelId, address, seq] of JSON.parse(payload) as Appended) {
        for (const holder of of(channelId, address)) holder.wake(seq);
      }
    }),
    state.subscribe(fanOut.progress, (payload) => {
      const [channelId, address, delivered, read] = JSON.parse(payload) as Progressed;
      for (const holder of of(channelId, address)) holder.progressed(delivered, read);
    }),
    state.subscribe(fanOut.typing, (payload) => {
      const [channelId, address, role] = JSON.parse(payload) as Typing;
      for (const holder of of(channelId, address)) holder.typing(role);
    }),
  ];

  let stopped = false;

  return {
    add({ channelId, address }, holder) {
      // A request that was on its way when the others were let go.
      if (stopped) return holder.release();
      const key = keyOf(channelId, address);
      const set = holders.get(key) ?? new Set();
      holders.set(key, set.add(holder));
    },
    remove({ channelId, address }, holder) {
      const key = keyOf(channelId, address);
      const set = holders.get(key);
      set?.delete(holder);
      if (set?.size === 0) holders.delete(key);
    },
    announce(events) {
      if (events.length === 0) return;
      for (const event of events)
        for (const holder of of(event.channelId, event.address)) holder.offer(event);
      publish(
        fanOut.appended,
        events.map(({ channelId, address, seq }) => [channelId, address, seq]),
      );
    },
    announceProgress: ({ channelId, address }, { delivered, read }) =>
      publish(fanOut.progress, [channelId, address, delivered, read]),
    announceTyping: ({ channelId, address }, role) => publish(fanOut.typing, [channelId, address, role]),
    size: () => holders.size,
    stop() {
      stopped = true;
      for (const stop of stops) stop();
      for (const set of holders.values()) for (const holder of set) holder.release();
    },
  };
}
