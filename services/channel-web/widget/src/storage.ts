import type { Unsent } from './protocol';

/** What survives a reload. */
export interface VisitorState {
  token: string;
  lastSeq: number;
  /** The signed-in user it was made for; empty for nobody. */
  userId: string;
  /** Messages that were not seen on this device, for the moment until the server has been asked. */
  unread: number;
  /** The last message that was seen on this device: the server learns of it a moment later. */
  readSeq: number;
  /** Sockets do not get through here: until then (milliseconds since 1970) long polling is tried first. */
  pollUntil: number;
}

/** The page's memory of one channel. */
export interface VisitorStore {
  load(): VisitorState;
  /** Changes what is given. */
  save(changes: Partial<Omit<VisitorState, 'userId'>>): void;
  unsent(): Unsent[];
  add(message: Unsent): void;
  remove(cid: string): void;
}

type Area = Pick<Storage, 'getItem' | 'setItem'>;

function memoryArea(): Area {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value) };
}

/** A browser that forbids storage (private mode, blocked third parties) keeps the chat until the page goes. */
function browserArea(): Area {
  try {
    localStorage.setItem('omnigate', '');
    localStorage.removeItem('omnigate');
    return localStorage;
  } catch {
    return memoryArea();
  }
}

function parse<T>(text: string | null, fallback: T): T {
  try {
    return text ? (JSON.parse(text) as T) : fallback;
  } catch {
    return fallback;
  }
}

/**
 * Keeps token, last sequence and unsent messages of one channel.
 * Unsent messages are changed one at a time and read back first, so that two tabs do not wipe out each other's.
 */
export function createVisitorStore(
  channelId: string,
  { userId = '', area = browserArea() }: { userId?: string; area?: Area } = {},
): VisitorStore {
  const stateKey = `omnigate:${channelId}`;
  // What one user wrote is not sent by the next one on the same computer.
  const unsentKeyOf = (user: string) => `omnigate:${channelId}:unsent${user && `:${user}`}`;
  const unsentKey = unsentKeyOf(userId);
  const empty: VisitorState = { token: '', lastSeq: 0, userId, unread: 0, readSeq: 0, pollUntil: 0 };
  const write = (key: string, value: unknown) => {
    try {
      area.setItem(key, JSON.stringify(value));
    } catch {
      // Storage is full: the chat goes on, a reload then starts from the server's history.
    }
  };
  function load(): VisitorState {
    const state = { ...empty, ...parse(area.getItem(stateKey), empty) };
    // Another user's mailbox is not this one's; how the network is stays true.
    return state.userId === userId ? state : { ...empty, pollUntil: state.pollUntil };
  }
  const unsentOf = (key: string) => parse<Unsent[]>(area.getItem(key), []);
  const unsent = () => unsentOf(unsentKey);
  /** What was written just before signing in is the user's. */
  function adoptAnonymous(): void {
    const anonymous = unsentOf(unsentKeyOf(''));
    if (userId === '' || anonymous.length === 0) return;
    write(unsentKey, [...unsent(), ...anonymous]);
    write(unsentKeyOf(''), []);
  }
  adoptAnonymous();
  return {
    load,
    save: (changes) => write(stateKey, { ...load(), ...changes }),
    unsent,
    add: (message) => write(unsentKey, [...unsent(), message]),
    remove: (cid) =>
      write(
        unsentKey,
        unsent().filter((message) => message.cid !== cid),
      ),
  };
}
