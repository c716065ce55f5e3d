import { parentPort } from 'node:worker_threads';
import { think } from '../domain/think';
import { createTenantShelf } from './tenant-shelf';
import type { Answer, Ask, FromWorker, ToWorker } from './worker-messages';

/** Building a large book pauses so often, so that other tenants' questions wait no longer than this. */
const SLICE_MS = 10;

const shelf = createTenantShelf();
let waiting: Ask[] = [];
let building = false;

const tell = (message: FromWorker): void => parentPort?.postMessage(message);

function answerTo(ask: Ask): Answer {
  const bot = shelf.botOf(ask.tenantId);
  if (bot === undefined) return { ask: ask.ask, error: 'not loaded' };
  try {
    return { ask: ask.ask, result: think(bot, ask.input) };
  } catch (error) {
    return { ask: ask.ask, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function answerAll(asks: readonly Ask[]): void {
  const ready = asks.filter((ask) => !shelf.isLoading(ask.tenantId));
  waiting.push(...asks.filter((ask) => shelf.isLoading(ask.tenantId)));
  if (ready.length > 0) tell({ kind: 'answers', answers: ready.map(answerTo) });
}

function build(): void {
  building = shelf.work(SLICE_MS, () => performance.now());
  const retried = waiting;
  waiting = [];
  answerAll(retried);
  if (building) setImmediate(build);
}

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'asks') {
    answerAll(message.asks);
    return;
  }
  if (message.kind === 'unload') shelf.unload(message.tenantId);
  else {
    const { load } = message.load;
    shelf.load(message.load, (error) =>
      tell({ kind: 'loaded', load, ...(error !== undefined && { error }) }),
    );
  }
  if (!building) {
    building = true;
    setImmediate(build);
  }
});
