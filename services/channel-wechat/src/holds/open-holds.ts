import { randomUUID } from 'node:crypto';
import type { HeldTaker } from '@omnigate/channel-kit';
import type { State } from '@omnigate/state';

/** A connection that is held in this process. */
export interface Waiting {
  /** So many deliveries for its customer were stored, by whichever process. */
  wake(count: number): void;
  /** Itself, where it can take one delivery now. */
  taker(): HeldTaker | undefined;
  /** The process stops. */
  release(): void;
}

/** Which customers have a connection that is held open, in whichever process. */
export interface OpenHolds {
  /** Says that a connection is held for so long. @returns ends it */
  add(key: string, waiting: Waiting, forMs: number): () => void;
  /** For how long one is held for this message key, in ms; 0: none. */
  leftMs(key: string): number;
  /** Who of this process can take a delivery for this message key now. */
  taker(key: string): HeldTaker | undefined;
  /** Wakes those who hold one, by how many deliveries were stored for a message key. */
  wake(counts: ReadonlyMap<string, number>): void;
  size(): number;
  /** Forgets those of other processes that nobody ended. */
  sweep(): void;
  /** Lets all go, and those that come later at once. */
  stop(): void;
}

/** Fan-out channels; ids and numbers only. Whatever is lost costs time and nothing else. */
const fanOut = { held: 'wechat.held', letGo: 'wechat.let-go', stored: 'wechat.stored' } as const;

type Held = [key: string, hold: string, forMs: number];
type LetGo = [key: string, hold: string];
type Stored = [key: string, count: number][];

/**
 * Makes the registry.
 * @param o.now Unix time in ms
 * @param o.onFailure told when others can't be told
 */
export function createOpenHolds(o: {
  state: Pick<State, 'publish' | 'subscribe'>;
  now(): number;
  onFailure(error: unknown): void;
}): OpenHolds {
  const local = new Map<string, Set<Waiting>>();
  const untilMs = new Map<string, Map<string, number>>();
  let count = 0;
  let stopped = false;
  const publish = (channel: string, payload: unknown) => {
    o.state.publish(channel, JSON.stringify(payload)).catch(o.onFailure);
  };

  function note(key: string, hold: string, forMs: number): void {
    const holds = untilMs.get(key) ?? new Map<string, number>();
    untilMs.set(key, holds.set(hold, o.now() + forMs));
  }

  function forget(key: string, hold: string): void {
    const holds = untilMs.get(key);
    holds?.delete(hold);
    if (holds?.size === 0) untilMs.delete(key);
  }

  const wakeLocal = (stored: Stored) => {
    for (const [key, added] of stored) for (const waiting of [...(local.get(key) ?? [])]) waiting.wake(added);
  };

  const stops = [
    o.state.subscribe(fanOut.held, (payload) => {
      const [key, hold, forMs] = JSON.parse(payload) as Held;
      note(key, hold, forMs);
    }),
    o.state.subscribe(fanOut.letGo, (payload) => {
      const [key, hold] = JSON.parse(payload) as LetGo;
      forget(key, hold);
    }),
    o.state.subscribe(fanOut.stored, (payload) => wakeLocal(JSON.parse(payload) as Stored)),
  ];

  return {
    add(key, waiting, forMs) {
      const hold = randomUUID();
      local.set(key, (local.get(key) ?? new Set()).add(waiting));
      count += 1;
      note(key, hold, forMs);
      publish(fanOut.held, [key, hold, forMs] satisfies Held);
      if (stopped) waiting.release();
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        count -= 1;
        const set = local.get(key);
        set?.delete(waiting);
        if (set?.size === 0) local.delete(key);
        forget(key, hold);
        publish(fanOut.letGo, [key, hold] satisfies LetGo);
      };
    },
    leftMs(key) {
      const holds = untilMs.get(key);
      if (!holds) return 0;
      const left = Math.max(0, ...holds.values()) - o.now();
      // Nobody said that it ended: its process died, or the word was lost.
      if (left <= 0) untilMs.delete(key);
      return Math.max(0, left);
    },
    taker(key) {
      for (const waiting of local.get(key) ?? []) {
        const taker = waiting.taker();
        if (taker) return taker;
      }
      return undefined;
    },
    wake: (counts) => publish(fanOut.stored, [...counts] satisfies Stored),
    size: () => count,
    sweep() {
      for (const [key, holds] of untilMs) {
        if (Math.max(...holds.values()) <= o.now()) untilMs.delete(key);
      }
    },
    stop() {
      stopped = true;
      for (const stop of stops) stop();
      for (const set of local.values()) for (const waiting of [...set]) waiting.release();
    },
  };
}
