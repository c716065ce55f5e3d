import type { ResolvedChannel } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { State } from '@omnigate/state';
import type { DueChannel, DueChannels } from './due-channels';
import { takeRateTokens } from './rate';

/** Slots that a channel may fill now. */
export interface Dealt {
  due: DueChannel;
  /** As the directory has it; undefined where there is none any more, so that its deliveries fail. */
  channel: ResolvedChannel | undefined;
  count: number;
  /** Of the channel, when it was asked. */
  marks: number;
}

/** Deals free slots to channels that the directory knows and whose rate allows it. */
export interface Dealer {
  deal(slots: number, nowMs: number): Promise<Dealt[]>;
  /** Lets a channel fill slots that it has taken, and gives back the others; undefined where it may fill none now. */
  grant(due: DueChannel, taken: number, nowMs: number): Promise<Dealt | undefined>;
  /** The channel may be there again. */
  forget(channelId: string): void;
}

const unresolvedPauseMs = 1_000;

/**
 * Makes the sender's dealer. It never waits for the directory: a channel that must be read first is dealt to later.
 * @param o.wake called when such a channel can be dealt to
 */
export function createDealer(o: {
  channels: DueChannels;
  directory: Pick<DirectoryCache, 'peekChannel' | 'channel'>;
  state: State;
  wake(): void;
}): Dealer {
  const gone = new Set<string>();

  function resolved(due: DueChannel, nowMs: number): ResolvedChannel | undefined | 'later' {
    const channel = o.directory.peekChannel(due.channelId);
    if (channel) gone.delete(due.channelId);
    if (channel || gone.has(due.channelId)) return channel;
    due.notBeforeMs = Math.max(due.notBeforeMs, nowMs + unresolvedPauseMs);
    void read(due);
    return 'later';
  }

  async function read(due: DueChannel): Promise<void> {
    try {
      const channel = await o.directory.channel(due.channelId);
      if (!channel) gone.add(due.channelId);
      due.notBeforeMs = 0;
      o.wake();
    } catch {
      // The directory is away: asked again after the pause.
    }
  }

  async function grant(due: DueChannel, taken: number, nowMs: number): Promise<Dealt | undefined> {
    const channel = resolved(due, nowMs);
    const count = await fillable(due, channel, { taken, nowMs });
    if (count < taken) o.channels.ended(due, taken - count);
    return count > 0 && channel !== 'later' ? { due, channel, count, marks: due.marks } : undefined;
  }

  async function fillable(
    due: DueChannel,
    channel: ResolvedChannel | undefined | 'later',
    { taken, nowMs }: { taken: number; nowMs: number },
  ): Promise<number> {
    if (channel === 'later') return 0;
    return channel ? takeRateTokens(o.state, due, { channel, want: taken, nowMs }) : taken;
  }

  return {
    async deal(slots, nowMs) {
      const dealt: Dealt[] = [];
      for (const { channel, count } of o.channels.deal(slots, nowMs)) {
        const granted = await grant(channel, count, nowMs);
        if (granted) dealt.push(granted);
      }
      return dealt;
    },
    grant,
    forget: (channelId) => {
      gone.delete(channelId);
    },
  };
}
