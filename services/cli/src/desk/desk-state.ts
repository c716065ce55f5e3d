import type { Conversation, Offer } from '@omnigate/contracts';

/** A conversation that is the agent's. */
export interface HeldConversation {
  id: string;
  /** By which the agent names it. */
  number: number;
  /** The channel's name. */
  channel: string;
  /** Channel and address. */
  title: string;
  /** Sequence of the last message that was shown. */
  shownSeq: bigint;
  /** Sequence of the customer's last message that was shown, and of the agent's last reply. */
  inboundSeq: bigint;
  replySeq: bigint;
  /** Messages of the agent, whose receipts are shown. */
  replies: Set<string>;
  /** The agent is giving it up: changes have nothing to tell any more. */
  leaving: boolean;
  /** Ends when the last look at new messages has. */
  reading: Promise<void>;
}

/** What is on the desk. */
export interface DeskState {
  /** Open offers by id, the oldest first. */
  offers: Map<string, Offer>;
  /** The agent's conversations by id. */
  held: Map<string, HeldConversation>;
  /** Id of the conversation that a reply goes to. */
  current: string | undefined;
  /** The number of a conversation; a new one gets the next. */
  numberOf(conversationId: string): number;
  hold(conversation: Conversation): HeldConversation;
  release(conversationId: string): void;
  /** Something was changed: whoever waits looks again. */
  changed(): void;
  /** Waits until a look finds something. Rejects when the signal aborts; resolves with nothing after the time. */
  waitFor<Found>(
    find: () => Found | undefined,
    o: { signal: AbortSignal; timeoutMs?: number },
  ): Promise<Found | undefined>;
}

/**
 * Where a conversation takes place.
 *
 * @param conversation any.
 * @returns such as `demo-web v-123`.
 */
export const titleOf = ({ channel, address }: Conversation): string => `${channel} ${address}`;

/** Makes an empty desk. */
export function createDeskState(): DeskState {
  const numbers = new Map<string, number>();
  const waiting = new Set<() => void>();
  const state: DeskState = {
    offers: new Map(),
    held: new Map(),
    current: undefined,
    numberOf(conversationId) {
      const number = numbers.get(conversationId) ?? numbers.size + 1;
      numbers.set(conversationId, number);
      return number;
    },
    hold(conversation) {
      const { id } = conversation;
      const held = state.held.get(id) ?? newHeld(conversation, state.numberOf(id));
      state.held.set(id, held);
      state.current ??= id;
      return held;
    },
    release(conversationId) {
      state.held.delete(conversationId);
      if (state.current === conversationId) state.current = [...state.held.keys()][0];
    },
    changed() {
      for (const look of [...waiting]) look();
    },
    waitFor: (find, o) => waitFor(waiting, find, o),
  };
  return state;
}

const newHeld = (conversation: Conversation, number: number): HeldConversation => ({
  id: conversation.id,
  number,
  channel: conversation.channel,
  title: titleOf(conversation),
  shownSeq: 0n,
  inboundSeq: 0n,
  replySeq: 0n,
  replies: new Set(),
  leaving: false,
  reading: Promise.resolve(),
});

function waitFor<Found>(
  waiting: Set<() => void>,
  find: () => Found | undefined,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs?: number },
): Promise<Found | undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      waiting.delete(look);
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const look = (): void => {
      const found = find();
      if (found === undefined) return;
      end();
      resolve(found);
    };
    const abort = (): void => {
      end();
      reject(signal.reason);
    };
    const late = (): void => {
      end();
      resolve(undefined);
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
    waiting.add(look);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else look();
  });
}
