import type { AskResponse, Utterance } from '@omnigate/contracts';
import { AppError, errorRow, toAppError } from '@omnigate/errors';
import { failSpan, traceFields, traceparentOf } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import { customerOf } from '../domain/customer';
import { claimWaitingTurns, renewLeases, type TurnRow, takeOverTurns } from '../store/turns';
import { FairQueue } from './fair-queue';
import { loadTurns } from './load';
import { beginTurnSpan, endTurnSpan } from './turn-span';

/** Turns that the bot thinks about at once. */
const thinkingAtOnce = 64;
/** Turns held in memory; more wait in the table. */
const heldAtMost = 2_000;
/** Share of the held turns that one tenant may have. */
const tenantShare = 0.75;
/** Leases last 10 s. */
const renewEveryMs = 4_000;
/** How often work of dead holders is looked for; their leases last 10 s. */
const takeOverEveryMs = 3_000;
/** A bot that is away is asked again for so long before a person gets the conversation. */
const patienceMs = 5_000;

/** One run of a turn. */
export interface TurnJob {
  tenantId: string;
  conversationId: string;
  channelId: string;
  contactId: string;
  /** The customer's. */
  address: string;
  turnId: string;
  fence: number;
  fromSeq: number;
  coversSeq: number;
  /** Milliseconds until a person gets the conversation, counted from when the run is handed to the runner. */
  clockMs: number;
  /** What the customer wrote, fromSeq to coversSeq. */
  utterances: Utterance[];
  dialogueState: string;
  /** W3C trace context of the message that it answers; a run that was loaded from its row has none. */
  traceparent?: string | undefined;
}

/** What came of a run: the bot's answer, or why there is none. */
export type TurnResult = { job: TurnJob /** Of the run's own span. */; traceparent?: string | undefined } & (
  | { response: AskResponse }
  | { failure: string }
);

/** A run that has been handed over. */
interface HeldJob {
  job: TurnJob;
  /** By this process's clock, in ms. */
  untilMs: number;
}

/** Runs turns: asks the bot, a bounded number at once and fairly among tenants, and hands results on. */
export interface TurnRunner {
  /** Those of the jobs that there is room for; the others must wait in the table. */
  room(jobs: readonly TurnJob[]): Set<TurnJob>;
  /** Runs turns whose rows name this instance. */
  start(jobs: readonly TurnJob[]): void;
  /** Looks for waiting turns when there is room. */
  claimSoon(): void;
  /** Takes over what dead instances left, then keeps looking. */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Creates the runner.
 *
 * @param context what routing works with.
 * @param settle writes a result's effect; it resolves when the effect is durable or dropped.
 * @returns the runner, not yet looking for work.
 */
export function createTurnRunner(
  context: Omit<RoutingContext, 'runner' | 'dispatcher'>,
  settle: (result: TurnResult) => Promise<void>,
): TurnRunner {
  const { logger, metrics } = context;
  const queue = new FairQueue<HeldJob>(({ job }) => job.tenantId);
  const thinking = new Map<TurnJob, number>();
  const settling = new Set<TurnJob>();
  const stopping = new AbortController();
  const idle: (() => void)[] = [];
  let timers: NodeJS.Timeout[] = [];
  let claiming = false;
  let claimAgain = false;

  const held = (): number => queue.size + thinking.size + settling.size;

  function room(jobs: readonly TurnJob[]): Set<TurnJob> {
    const taken = new Set<TurnJob>();
    const byTenant = new Map<string, number>();
    for (const job of jobs) {
      const count = byTenant.get(job.tenantId) ?? queue.sizeOf(job.tenantId);
      if (held() + taken.size >= heldAtMost || count >= heldAtMost * tenantShare) continue;
      byTenant.set(job.tenantId, count + 1);
      taken.add(job);
    }
    return taken;
  }

  function start(jobs: readonly TurnJob[]): void {
    // Waiting for the bot is part of the clock.
    for (const job of jobs) queue.push({ job, untilMs: Date.now() + job.clockMs });
    pump();
  }

  function pump(): void {
    while (thinking.size < thinkingAtOnce && queue.size > 0 && !stopping.signal.aborted) {
      const next = queue.shift() as HeldJob;
      thinking.set(next.job, Date.now());
      void run(next);
    }
  }

  async function run({ job, untilMs }: HeldJob): Promise<void> {
    const since = Date.now();
    const span = beginTurnSpan(job);
    const traceparent = traceparentOf(span);
    const result = await ask(job, untilMs, traceparent);
    metrics.turnSeconds.observe((Date.now() - since) / 1000);
    // The bot is free for the next turn while this one's effect is written.
    thinking.delete(job);
    settling.add(job);
    pump();
    try {
      await settle(result);
      endTurnSpan(span, result);
    } catch (error) {
      failSpan(span, error);
      // The row stays; its lease lapses and somebody takes it over.
      const fields = { conversation_id: job.conversationId, ...traceFields(traceparent) };
      logger.error({ err: toAppError(error), ...fields }, 'turn could not be settled');
    }
    settling.delete(job);
    if (held() < heldAtMost / 2) claimSoonIfWaiting();
    if (thinking.size + settling.size === 0) for (const done of idle.splice(0)) done();
  }

  async function ask(job: TurnJob, untilMs: number, traceparent?: string): Promise<TurnResult> {
    const patientUntil = Math.min(untilMs, Date.now() + patienceMs);
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 1_000)) {
      try {
        const remainingMs = untilMs - Date.now();
        if (remainingMs <= 0) throw new AppError('BOT_TIMEOUT');
        return { job, traceparent, response: await askOnce(job, remainingMs, traceparent) };
      } catch (error) {
        const { code } = toAppError(error);
        // Also what the bot itself, or the directory, can't reach for a moment.
        const away = errorRow(code).grpc === 'UNAVAILABLE' && Date.now() + waitMs < patientUntil;
        if (!away) return { job, traceparent, failure: code };
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async function askOnce(job: TurnJob, remainingMs: number, traceparent?: string): Promise<AskResponse> {
    const channel = await context.directory.channel(job.channelId);
    const tenant = await context.tenants.get(job.tenantId);
    const capabilities = channel?.channelType?.capabilities;
    const request = {
      utterances: job.utterances,
      openCount: job.utterances.length,
      maxCharacters: capabilities?.singleMessageTurn ? 500 : (capabilities?.maxTextCharacters ?? 0),
      menu: capabilities?.menu ?? false,
      locale: tenant.locale,
      dialogueState: job.dialogueState,
      conversationId: job.conversationId,
      turnId: job.turnId,
      customer: customerOf(job, channel),
      timeZone: tenant.timeZone,
    };
    return withDeadline(
      context.askBot(request, { tenantId: job.tenantId, deadlineMs: remainingMs, traceparent }),
      remainingMs,
    );
  }

  function claimSoonIfWaiting(): void {
    if (claimAgain) claimSoon();
  }

  function claimSoon(): void {
    claimAgain = true;
    if (claiming || stopping.signal.aborted || held() > heldAtMost / 2) return;
    claiming = true;
    void claim().finally(() => {
      claiming = false;
    });
  }

  async function claim(): Promise<void> {
    try {
      const turns = await claimWaitingTurns(context.database, context.instance, heldAtMost - held());
      claimAgain = turns.length > 0;
      await load(turns);
    } catch (error) {
      logger.warn({ err: toAppError(error) }, 'waiting turns could not be claimed');
    }
  }

  async function load(turns: readonly TurnRow[]): Promise<void> {
    const jobs = await loadTurns(context, turns);
    metrics.turnsTakenUp.inc(jobs.length);
    start(jobs);
  }

  async function takeOver(all: boolean): Promise<void> {
    try {
      await load(await takeOverTurns(context.database, context.instance, all));
      if (held() < heldAtMost / 2) claimSoon();
    } catch (error) {
      logger.warn({ err: toAppError(error) }, 'turns of dead holders could not be taken over');
    }
  }

  async function renew(): Promise<void> {
    const slow = [...thinking].filter(([, since]) => Date.now() - since > renewEveryMs).map(([job]) => job);
    const kept = [...slow, ...queue.items().map(({ job }) => job), ...settling];
    if (kept.length === 0) return;
    await renewLeases(context.database, context.instance, kept).catch((error: unknown) =>
      logger.warn({ err: toAppError(error) }, 'leases of turns could not be renewed'),
    );
  }

  return {
    room,
    start,
    claimSoon,
    async begin() {
      await takeOver(context.exclusive);
      timers = [
        setInterval(() => void takeOver(false), takeOverEveryMs),
        setInterval(() => void renew(), renewEveryMs),
      ];
    },
    async stop() {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
      if (thinking.size + settling.size > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

/** The clock of the turn holds even where a bot ignores its deadline. */
async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('BOT_TIMEOUT')), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
