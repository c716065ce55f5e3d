import type { Unsent } from './protocol';

/** What survives a reload. */
export interface VisitorState {
  token: string;
  lastSeq: number;
  /** The signed-in user it was made for; another user starts anew. */
  userId: string;
}

/** The page's memory of one channel. */
export interface VisitorStore {
  load(): VisitorState;
  save(state: VisitorState): void;
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
export function createVisitorStore(channelId: string, area: Area = browserArea()): VisitorStore {
  const stateKey = `omnigate:${channelId}`;
  const unsentKey = `omnigate:${channelId}:unsent`;
  const empty: VisitorState = { token: '', lastSeq: 0, userId: '' };
  const write = (key: string, value: unknown) => {
    try {
      area.setItem(key, JSON.stringify(value));
    } catch {
      // Storage is full: the chat goes on, a reload then starts from the server's history.
    }
  };
  const unsent = () => parse<Unsent[]>(area.getItem(unsentKey), []);
  return {
    load: () => ({ ...empty, ...parse(area.getItem(stateKey), empty) }),
    save: (state) => write(stateKey, state),
    unsent,
    add: (message) => write(unsentKey, [...unsent(), message]),
    remove: (cid) =>
      write(
        unsentKey,
        unsent().filter((message) => message.cid !== cid),
      ),
  };
}
