import type { DeliveryChannel } from './store';

/** What the sender knows of a channel with deliveries. */
export interface DueChannel extends DeliveryChannel {
  /** There may be something due. */
  due: boolean;
  /** Not before this, Unix ms: the channel's rate, a throttle, a pause. */
  notBeforeMs: number;
  /** When something becomes due, Unix ms, earliest first. */
  wakeTimesMs: number[];
  /** Deliveries known to wait. */
  backlog: number;
  /** More may be due than `backlog` knows of. */
  unsure: boolean;
  /** Some of an unknown number may wait behind what is in flight. */
  behind: boolean;
  inFlight: number;
  /** Rate tokens that were taken and not used, and until when they count. */
  credit: { tokens: number; untilMs: number };
  /** After broken credentials: one delivery alone tries. */
  probing: boolean;
  /** Rises when the channel was changed: what was on the wire before says nothing of the new credentials. */
  changes: number;
  /** Rises with each mark, so that a claim sees what came while it was under way. */
  marks: number;
}

/** How many deliveries to ask of a channel. */
export interface Ask {
  channel: DueChannel;
  count: number;
}

/** The channels that have, or may have, something due; fair across tenants, then across a tenant's channels. */
export interface DueChannels {
  get(channel: DeliveryChannel): DueChannel;
  /** Something may be due. @param added so many more wait; without it, nobody knows how many */
  mark(channel: DueChannel, added?: number): void;
  /** One of its deliveries has settled: its key's next may go. */
  settled(channel: DueChannel): void;
  /**
   * Takes slots for deliveries that are about to be stored; in flight from now on. None where something of the channel
   * is due: that goes first.
   * @returns how many, at most `want`
   */
  reserve(channel: DueChannel, o: { want: number; slots: number; nowMs: number }): number;
  /** So many of its deliveries are on the wire no more, or never were. */
  ended(channel: DueChannel, count: number): void;
  /** A claim was under way since `marks` and found `got` of `count`; the other slots are free again. */
  claimed(channel: DueChannel, claim: { marks: number; count: number; got: number }): void;
  /** Something becomes due then. */
  markAt(channel: DueChannel, atMs: number): void;
  /** Deals free slots in turn to tenants, and within a tenant to its channels; what is dealt is in flight from now on. */
  deal(slots: number, nowMs: number): Ask[];
  /** The first time after `nowMs` at which a channel becomes ready, Unix ms; undefined where none waits for a time. */
  nextMs(nowMs: number): number | undefined;
  all(): DueChannel[];
  /** Deliveries in flight, and slots taken for some, of all channels. */
  readonly inFlight: number;
}

const maxWakeTimes = 64;

/**
 * Makes an empty set.
 * @param o.tenantSlots at most so many of a tenant's deliveries in flight where there are several tenants, so that one
 *   whose provider hangs leaves slots for others
 */
export function createDueChannels(o: { tenantSlots: number }): DueChannels {
  // Insertion order is the order of turns, for tenants and within each.
  const tenants = new Map<string, Map<string, DueChannel>>();
  const ready = new Map<string, Map<string, DueChannel>>();
  const sleeping = new Set<DueChannel>();
  let inFlight = 0;

  function known(tenantId: string): Map<string, DueChannel> {
    const channels = tenants.get(tenantId) ?? new Map<string, DueChannel>();
    tenants.set(tenantId, channels);
    return channels;
  }

  function take(channel: DueChannel, count: number): void {
    channel.inFlight += count;
    inFlight += count;
  }

  function mark(channel: DueChannel, added?: number): void {
    channel.due = true;
    channel.backlog += added ?? 0;
    channel.unsure ||= added === undefined;
    channel.marks += 1;
    const lane = ready.get(channel.tenantId) ?? new Map<string, DueChannel>();
    ready.set(channel.tenantId, lane);
    lane.set(channel.channelId, channel);
  }

  function wakeSleepers(nowMs: number): void {
    for (const channel of sleeping) {
      if ((channel.wakeTimesMs[0] ?? Infinity) > nowMs) continue;
      channel.wakeTimesMs = channel.wakeTimesMs.filter((atMs) => atMs > nowMs);
      if (channel.wakeTimesMs.length === 0) sleeping.delete(channel);
      mark(channel);
    }
  }

  /** A tenant's channels with room, each with what it may still get; drops those that are no longer due. */
  function openLane(lane: Map<string, DueChannel>, nowMs: number): Ask[] {
    const open: Ask[] = [];
    for (const [id, channel] of lane) {
      if (!channel.due) lane.delete(id);
      else if (mayGo(channel, nowMs)) open.push({ channel, count: 0 });
    }
    return open;
  }

  function roomOf(tenantId: string, slots: number): number {
    if (tenants.size < 2) return slots;
    let taken = 0;
    for (const channel of known(tenantId).values()) taken += channel.inFlight;
    return Math.max(0, Math.min(slots, o.tenantSlots - taken));
  }

  return {
    get({ tenantId, channelId }) {
      const channels = known(tenantId);
      const channel = channels.get(channelId) ?? newChannel({ tenantId, channelId });
      channels.set(channelId, channel);
      return channel;
    },
    mark,
    settled(channel) {
      if (channel.behind) mark(channel);
      else if (channel.backlog > 0) mark(channel, 0);
    },
    reserve(channel, { want, slots, nowMs }) {
      if (channel.due || channel.probing || !mayGo(channel, nowMs)) return 0;
      const count = Math.min(want, roomOf(channel.tenantId, slots));
      take(channel, count);
      return count;
    },
    ended(channel, count) {
      take(channel, -count);
      // A claim under way has not seen this end: it must not take the channel for done before its outcome is stored.
      channel.marks += 1;
    },
    claimed(channel, { marks, count, got }) {
      take(channel, got - count);
      channel.backlog = Math.max(0, channel.backlog - got);
      if (channel.marks !== marks) return;
      if (got === count) channel.due = channel.unsure || channel.backlog > 0;
      else {
        // All that is left waits behind what is in flight; with nothing in flight nothing is left.
        channel.behind = channel.inFlight > 0 && (channel.behind || channel.unsure);
        if (channel.inFlight === 0) channel.backlog = 0;
        channel.due = false;
        channel.unsure = false;
      }
    },
    markAt(channel, atMs) {
      channel.wakeTimesMs.push(atMs);
      channel.wakeTimesMs.sort((a, b) => a - b);
      // What is left out here is found by the sender's safety look.
      channel.wakeTimesMs.length = Math.min(channel.wakeTimesMs.length, maxWakeTimes);
      sleeping.add(channel);
    },
    deal(slots, nowMs) {
      wakeSleepers(nowMs);
      const lanes: { tenantId: string; open: Ask[]; room: number }[] = [];
      for (const [tenantId, lane] of ready) {
        if (lanes.length >= slots) break;
        const open = openLane(lane, nowMs);
        const room = roomOf(tenantId, slots);
        if (lane.size === 0) ready.delete(tenantId);
        else if (open.length > 0 && room > 0) lanes.push({ tenantId, open, room });
      }
      dealOut(lanes, slots);
      for (const { tenantId, open } of lanes) rotate(ready, tenantId, open);
      const asks = lanes.flatMap(({ open }) => open).filter((ask) => ask.count > 0);
      for (const { channel, count } of asks) take(channel, count);
      return asks;
    },
    nextMs(nowMs) {
      let next: number | undefined;
      const consider = (atMs: number | undefined) => {
        if (atMs !== undefined && atMs > nowMs && (next === undefined || atMs < next)) next = atMs;
      };
      for (const channel of sleeping) consider(channel.wakeTimesMs[0]);
      for (const lane of ready.values())
        for (const channel of lane.values()) if (channel.due) consider(channel.notBeforeMs);
      return next;
    },
    all: () => [...tenants.values()].flatMap((channels) => [...channels.values()]),
    get inFlight() {
      return inFlight;
    },
  };
}

function newChannel(channel: DeliveryChannel): DueChannel {
  return {
    ...channel,
    due: false,
    notBeforeMs: 0,
    wakeTimesMs: [],
    backlog: 0,
    unsure: false,
    behind: false,
    inFlight: 0,
    credit: { tokens: 0, untilMs: 0 },
    probing: false,
    changes: 0,
    marks: 0,
  };
}

/** Neither its rate nor a pause keeps it, and after broken credentials nothing of it is on the wire. */
function mayGo(channel: DueChannel, nowMs: number): boolean {
  return channel.notBeforeMs <= nowMs && !(channel.probing && channel.inFlight > 0);
}

/** How many a channel can use: one alone while probing, as many as wait where that is known. */
function wantOf(channel: DueChannel): number {
  if (channel.probing) return 1;
  return channel.unsure ? Number.POSITIVE_INFINITY : channel.backlog;
}

function dealOut(lanes: { open: Ask[]; room: number }[], slots: number): void {
  let left = slots;
  for (let round = 0, dealt = true; left > 0 && dealt; round += 1) {
    dealt = false;
    for (const lane of lanes) {
      const ask = lane.open[round % lane.open.length];
      if (left === 0 || lane.room === 0 || !ask) continue;
      dealt = true;
      if (ask.count >= wantOf(ask.channel)) {
        if (lane.open.every((other) => other.count >= wantOf(other.channel))) lane.room = 0;
        continue;
      }
      ask.count += 1;
      lane.room -= 1;
      left -= 1;
    }
  }
}

/** Who was served goes to the end of the turns. */
function rotate(ready: Map<string, Map<string, DueChannel>>, tenantId: string, open: readonly Ask[]): void {
  const lane = ready.get(tenantId);
  if (!lane) return;
  ready.delete(tenantId);
  ready.set(tenantId, lane);
  for (const { channel, count } of open) {
    if (count === 0) continue;
    lane.delete(channel.channelId);
    lane.set(channel.channelId, channel);
  }
}
