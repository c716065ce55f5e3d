import type { Bus } from '@omnigate/bus';
import { DeliveryState, type ResolvedChannel } from '@omnigate/contracts';
import { type Database, isTransient } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import { createBackoff, createFairQueue, type Logger } from '@omnigate/runtime';
import type { State } from '@omnigate/state';
import type { SendResult } from '../adapter';
import { createDealer, type Dealt } from './dealer';
import { createDueChannels, type DueChannels } from './due-channels';
import { createGathering } from './gathering';
import type { NewDelivery } from './insert-deliveries';
import { isolate, type PendingReceipts } from './isolate';
import { createLookBehind } from './look-behind';
import { returnRateTokens } from './rate';
import type { StoredReceipt } from './receipt-store';
import { type ReservedSlots, reserveSlots } from './reserve-slots';
import type { SendReport } from './send-report';
import { type Judgement, judge } from './settlement';
import type { ClaimedDelivery, DeliveryChange, DeliveryChannel } from './store';
import { type LostClaim, TurnFailed, type TurnWork, takeTurn } from './turn';
import { sendOnWire, type Wire } from './wire';

/** What the sender needs. */
export interface SenderOptions {
  database: Database;
  bus: Pick<Bus, 'publish'>;
  directory: Pick<DirectoryCache, 'peekChannel' | 'channel'>;
  state: State;
  wire: Wire;
  report: SendReport;
  logger: Logger;
  /** At most so many deliveries on the wire at once. */
  sendsInFlight: number;
  /** No other process sends for this service. */
  exclusive: boolean;
}

/** Puts deliveries on the wire and keeps what comes of them. */
export interface Sender {
  channels: DueChannels;
  /** Deliveries were stored, durably. */
  added(counts: readonly (DeliveryChannel & { count: number })[]): void;
  /** Deliveries were stored that are due later. */
  postponed(deliveries: readonly (DeliveryChannel & { heldMs?: number })[]): void;
  /** Takes slots for deliveries that are about to be stored; those that got one get the claim, too. */
  reserve(rows: readonly NewDelivery[], claimedBy: string): Promise<ReservedSlots>;
  /** Takes what came of a delivery that was claimed by others than the sender's loop. */
  settle(delivery: ClaimedDelivery, result: SendResult): void;
  /** Gives back what was claimed as it was stored and never sent: nobody knows whether the claim was kept. */
  release(claims: readonly LostClaim[]): void;
  /** Something may be due on these channels. */
  look(channels: readonly DeliveryChannel[]): void;
  /** The channel was changed: what paused it may be mended. */
  resume(channelId: string): void;
  /** Applies receipts; durable when it resolves. @throws AppError OVERLOADED, DATABASE_UNAVAILABLE */
  apply(receipts: readonly StoredReceipt[]): Promise<void>;
  start(): void;
  /** Claims no more, waits for what is on the wire, stores what came of it. */
  stop(): Promise<void>;
}

const maxPendingReceipts = 10_000;
const maxReceiptsPerTurn = 500;
const maxJudgementsPerTurn = 500;
// Turns begin no closer than this, in ms, so that one under load stores and claims many; a lone message waits for nothing.
const gatherMs = 30;

/**
 * Makes the sender: one loop, woken by what there is to do, that runs one transaction after the other. What comes in
 * while one is under way is the next one's.
 */
export function createSender(o: SenderOptions): Sender {
  const { report } = o;
  const channels = createDueChannels({ tenantSlots: o.sendsInFlight - Math.ceil(o.sendsInFlight / 4) });
  const dealer = createDealer({ channels, directory: o.directory, state: o.state, wake });
  const lookBehind = o.exclusive ? undefined : createLookBehind({ ...o, look });
  const receipts = createFairQueue<PendingReceipts>();
  const backoff = createBackoff({ baseMs: 100, maxMs: 5_000 });
  // Half of the slots: an empty one sends nothing.
  const enough = () => judgements.length >= Math.ceil(o.sendsInFlight / 2);
  const gathering = createGathering({ ms: gatherMs, enough });
  let judgements: Judgement[] = [];
  let lostClaims: LostClaim[] = [];
  let dealtAtMs = 0;
  let state: 'new' | 'running' | 'draining' | 'stopped' = 'new';
  let looping = false;
  let woken = false;
  let timer: NodeJS.Timeout | undefined;
  let onIdle: (() => void) | undefined;

  function wake(): void {
    woken = true;
    if (looping || state === 'new' || state === 'stopped') return;
    looping = true;
    // setImmediate: all that the event loop has read by now joins the turn.
    setImmediate(() => {
      void loop();
    });
  }

  function look(list: readonly DeliveryChannel[]): void {
    for (const channel of list) channels.mark(channels.get(channel));
    if (list.length > 0) wake();
  }

  async function loop(): Promise<void> {
    while (woken && state !== 'stopped') {
      woken = false;
      await gathering.wait();
      for (let work = await nextWork(); work; work = await nextWork()) {
        await runTurn(work);
        await gathering.wait();
      }
    }
    looping = false;
    scheduleTimer();
    if (channels.inFlight === 0 && judgements.length === 0) onIdle?.();
  }

  function scheduleTimer(): void {
    clearTimeout(timer);
    // Without a free slot nothing can go; the next answer wakes the loop.
    if (state !== 'running' || channels.inFlight >= o.sendsInFlight) return;
    // Since the last deal, not since now: what became ready in between was not seen.
    const nextMs = channels.nextMs(dealtAtMs);
    if (nextMs !== undefined) timer = setTimeout(wake, Math.max(0, nextMs - Date.now()));
  }

  async function nextWork(): Promise<
    (TurnWork & { pending: PendingReceipts[]; dealt: Dealt[] }) | undefined
  > {
    const free = o.sendsInFlight - channels.inFlight;
    const dealing = state === 'running' && free > 0;
    if (dealing) dealtAtMs = Date.now();
    const dealt = dealing ? await dealer.deal(free, dealtAtMs) : [];
    const pending = receipts.take(maxReceiptsPerTurn);
    const taken = judgements.splice(0, maxJudgementsPerTurn);
    if (dealt.length === 0 && pending.length === 0 && taken.length === 0 && lostClaims.length === 0)
      return undefined;
    return {
      judgements: taken,
      receipts: pending.flatMap((each) => each.receipts),
      asks: dealt.map(({ due, count }) => ({ tenantId: due.tenantId, channelId: due.channelId, count })),
      lostClaims,
      pending,
      dealt,
    };
  }

  type Work = NonNullable<Awaited<ReturnType<typeof nextWork>>>;

  async function runTurn(work: Work): Promise<void> {
    try {
      const { claimed, changes } = await takeTurn(o, work);
      backoff.reset();
      lostClaims = lostClaims.filter((lost) => !work.lostClaims.includes(lost));
      for (const each of work.pending) each.resolve();
      noteChanges(changes, work);
      noteClaims(work.dealt, claimed);
      const dealtTo = new Map(work.dealt.map(({ due, channel }) => [due.channelId, channel]));
      for (const delivery of claimed) void putOnWire(delivery, dealtTo.get(delivery.channelId));
    } catch (error) {
      await recover(work, error);
    }
  }

  function noteChanges(changes: readonly DeliveryChange[], work: Work): void {
    const judged = new Map(work.judgements.map((judgement) => [judgement.settlement.messageId, judgement]));
    const asked = new Set(work.dealt.map(({ due }) => due.channelId));
    for (const change of changes) {
      const due = channels.get(change);
      const judgement = judged.get(change.messageId);
      // What the turn's claim failed, it has not looked behind; what the turn settled before its claim, it has.
      if (change.was === DeliveryState.DELIVERY_STATE_QUEUED) channels.mark(due);
      else if (change.was === DeliveryState.DELIVERY_STATE_SENDING && !asked.has(due.channelId))
        channels.settled(due);
      if (change.state === DeliveryState.DELIVERY_STATE_FAILED) report.failed(change, judgement?.result.kind);
      // Counted from the commit, and so never before the database's clock says that it is due.
      if (change.state === DeliveryState.DELIVERY_STATE_QUEUED && judgement)
        channels.markAt(due, Date.now() + judgement.settlement.delayMs + 1);
    }
  }

  function noteClaims(dealt: readonly Dealt[], claimed: readonly ClaimedDelivery[]): void {
    const counts = new Map<string, number>();
    for (const delivery of claimed) counts.set(delivery.channelId, (counts.get(delivery.channelId) ?? 0) + 1);
    for (const { due, count, marks } of dealt) {
      const got = counts.get(due.channelId) ?? 0;
      returnRateTokens(due, count - got, Date.now());
      channels.claimed(due, { marks, count, got });
      if (got < count) lookBehind?.soon(due);
    }
  }

  async function putOnWire(delivery: ClaimedDelivery, channel: ResolvedChannel | undefined): Promise<void> {
    const startedMs = performance.now();
    const due = channels.get(delivery);
    const { changes } = due;
    const judgement = judge(delivery, await sendOnWire(o.wire, delivery, channel));
    channels.ended(due, 1);
    if (due.changes === changes) {
      due.probing = judgement.result.kind === 'credentialsBroken';
      due.notBeforeMs = Math.max(due.notBeforeMs, Date.now() + judgement.pauseMs);
    }
    judgements.push(judgement);
    report.answered(delivery, judgement, (performance.now() - startedMs) / 1_000);
    gathering.look();
    wake();
  }

  async function recover(work: Work, thrown: unknown): Promise<void> {
    const { cause, lostClaim } =
      thrown instanceof TurnFailed ? thrown : { cause: thrown, lostClaim: undefined };
    if (lostClaim) lostClaims.push(lostClaim);
    for (const { due, count } of work.dealt) {
      returnRateTokens(due, count, Date.now());
      channels.ended(due, count);
      channels.mark(due);
    }
    if (isTransient(cause)) {
      judgements = [...work.judgements, ...judgements];
      for (const each of work.pending) each.reject(cause);
      o.logger.warn({ err: cause }, 'deliveries wait for the database');
    } else {
      o.logger.error({ err: cause }, 'a turn of the sender failed');
      await isolate(o, work);
    }
    await new Promise((resolve) => setTimeout(resolve, 50 + backoff.next()));
  }

  return {
    channels,
    added(counts) {
      for (const { count, ...channel } of counts) {
        report.added(count);
        channels.mark(channels.get(channel), count);
      }
      wake();
    },
    postponed(list) {
      report.added(list.length);
      // Counted from the commit, and so never before the database's clock says that it is due.
      for (const { heldMs = 0, ...channel } of list)
        channels.markAt(channels.get(channel), Date.now() + heldMs + 1);
      wake();
    },
    reserve(rows, claimedBy) {
      // The other half is for what has waited.
      const slots = state === 'running' ? Math.floor((o.sendsInFlight - channels.inFlight) / 2) : 0;
      return reserveSlots({ channels, dealer, slots, report, putOnWire }, rows, claimedBy);
    },
    settle(delivery, result) {
      const judgement = judge(delivery, result);
      judgements.push(judgement);
      report.answered(delivery, judgement, 0);
      gathering.look();
      wake();
    },
    release(claims) {
      lostClaims.push(...claims);
      wake();
    },
    look,
    resume(channelId) {
      dealer.forget(channelId);
      for (const due of channels.all()) {
        if (due.channelId !== channelId) continue;
        due.notBeforeMs = 0;
        due.changes += 1;
        channels.mark(due);
        wake();
      }
    },
    apply(list) {
      if (receipts.size >= maxPendingReceipts) return Promise.reject(new AppError('OVERLOADED'));
      const tenant = list[0]?.tenantId;
      if (tenant === undefined) return Promise.resolve();
      return new Promise<void>((resolve, reject) => {
        receipts.push(tenant, { receipts: list, resolve, reject });
        wake();
      });
    },
    start() {
      state = 'running';
      wake();
    },
    async stop() {
      if (state !== 'running') return;
      state = 'draining';
      lookBehind?.stop();
      clearTimeout(timer);
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        wake();
      });
      state = 'stopped';
    },
  };
}
