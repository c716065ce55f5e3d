import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff, type Logger } from '@omnigate/runtime';
import { startTethered, type Tethered } from '../processes/tethered';
import type { Probe } from './probe';

/** A process that is to run all the time. */
export interface ProcessSpec {
  /** Unique, such as `routing-2`. */
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** It can take work. */
  ready: Probe;
  /** It answers, whatever it says; one that does not is killed. */
  alive: Probe;
  /** Asks it to end in its own time; default SIGTERM. */
  stopSignal?: NodeJS.Signals;
}

/** What supervising needs, and its clocks in milliseconds. */
export interface SupervisionOptions {
  logger: Logger;
  /** Takes what processes write. */
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** What the first start may take; default 120,000. */
  readyMs?: number;
  /** Between two looks at whether it is alive; default 10,000. */
  aliveEveryMs?: number;
}

/** A process that is started again when it dies. */
export interface SupervisedProcess {
  name: string;
  ready: Probe;
  /** Process id now; undefined while it waits to be started again. */
  pid(): number | undefined;
  /**
   * Starts it and waits until it can take work.
   * @throws Error when it ends before that, again and again, or takes too long: that is a fault of configuration
   */
  start(): Promise<void>;
  /** Asks it to end, without waiting; it is not started again. */
  askToStop(): void;
  /**
   * Asks it to end and waits.
   * @param deadlineMs after so many milliseconds it is killed
   */
  stop(deadlineMs: number): Promise<void>;
}

const readyEveryMs = 250;
/** What it needs may be late by more than it waits for. */
const firstAttempts = 3;
const failures = { ended: 'ends before it is ready', late: 'was not ready in time' };
/** A dead process is back within 10 s: the longest wait, and what a service needs to start. */
const restarts = { baseMs: 250, maxMs: 5_000 };
/** Who lived that long starts again at once. */
const livedWellMs = 10_000;
/** As many missed answers in a row as Kubernetes takes by default. */
const livenessFailures = 3;

/**
 * Makes a process that is started again whenever it dies, at once and then with back-off, and is killed when it lives but
 * does not answer: what Kubernetes does with a container. It keeps its arguments, so its ports stay the same.
 *
 * @param spec what to run.
 * @param options logger and clocks.
 * @returns the process, not started yet.
 */
export function superviseProcess(spec: ProcessSpec, options: SupervisionOptions): SupervisedProcess {
  const { logger, aliveEveryMs = 10_000 } = options;
  const backoff = createBackoff(restarts);
  const stopped = new AbortController();
  let running: Tethered | undefined;

  async function run(): Promise<Tethered> {
    const started = await startTethered(spec.command, spec.args, { cwd: spec.cwd, env: spec.env });
    started.stdout.on('data', (chunk: Buffer) => options.onOutput('stdout', chunk));
    started.stderr.on('data', (chunk: Buffer) => options.onOutput('stderr', chunk));
    running = started;
    if (stopped.signal.aborted) started.signal(spec.stopSignal ?? 'SIGTERM');
    return started;
  }

  async function endOf(ending: Tethered): Promise<number | null> {
    const code = await ending.ended;
    running = undefined;
    killLeftovers(ending.pid);
    return code;
  }

  async function firstReady(): Promise<Tethered> {
    const until = Date.now() + (options.readyMs ?? 120_000);
    for (let attempt = 1; ; attempt += 1) {
      const started = await run();
      const outcome = await readyOrEnded(spec, started, until);
      if (outcome === 'ready') return started;
      const hopeless = attempt === firstAttempts || stopped.signal.aborted;
      if (outcome === 'late' || hopeless) throw new Error(`${spec.name} ${failures[outcome]}`);
      await endOf(started);
      logger.warn({ process: spec.name, attempt }, 'process ended before it was ready');
    }
  }

  /** From the first time that it was ready until it is to stop. */
  async function keepRunning(first: Tethered): Promise<void> {
    let current = first;
    for (;;) {
      const since = Date.now();
      const code = await endOf(current);
      if (stopped.signal.aborted) return;
      const livedMs = Date.now() - since;
      if (livedMs >= livedWellMs) backoff.reset();
      const waitMs = livedMs >= livedWellMs ? 0 : backoff.next();
      logger.warn(
        { process: spec.name, exit_code: code, lived_ms: livedMs, wait_ms: waitMs },
        'process died',
      );
      await sleep(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      current = await run();
    }
  }

  async function watchLiveness(): Promise<void> {
    let missed = 0;
    let watched = running;
    for (;;) {
      await sleep(aliveEveryMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      if (stopped.signal.aborted) return;
      const answered = await spec.alive();
      missed = answered || watched !== running ? 0 : missed + 1;
      watched = running;
      if (missed < livenessFailures) continue;
      logger.error({ process: spec.name, missed }, 'process does not answer');
      missed = 0;
      await watched?.kill();
    }
  }

  function askToStop(): void {
    if (stopped.signal.aborted) return;
    stopped.abort();
    running?.signal(spec.stopSignal ?? 'SIGTERM');
  }

  return {
    name: spec.name,
    ready: spec.ready,
    pid: () => running?.pid,
    async start() {
      void keepRunning(await firstReady());
      void watchLiveness();
    },
    askToStop,
    async stop(deadlineMs) {
      askToStop();
      const leaving = running;
      if (leaving === undefined) return;
      const late = setTimeout(() => {
        logger.error({ process: spec.name, deadline_ms: deadlineMs }, 'process did not stop in time');
        void leaving.kill();
      }, deadlineMs);
      await leaving.ended;
      clearTimeout(late);
      killLeftovers(leaving.pid);
    },
  };
}

async function readyOrEnded(
  spec: ProcessSpec,
  started: Tethered,
  until: number,
): Promise<'ready' | 'ended' | 'late'> {
  let ended = false;
  void started.ended.then(() => {
    ended = true;
  });
  for (; Date.now() < until; await sleep(readyEveryMs)) {
    if (ended) return 'ended';
    if (await spec.ready()) return 'ready';
  }
  return 'late';
}

/** The workers of a killed nginx hold its ports; they are in its process group. */
function killLeftovers(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}
