import { setTimeout as sleep } from 'node:timers/promises';
import { createBackoff, type Logger } from '@omnigate/runtime';
import { Client } from 'pg';
import { sqlState, statementFailure } from './failure';
import { quoteIdentifier } from './statement';

/** What `createListener` needs to know. */
export interface ListenerOptions {
  /** postgres:// URL; not through a transaction pooler, which breaks LISTEN. */
  url: string;
  channel: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  logger: Logger;
  /** Called for each notification, of this process's own too. It must not throw. */
  onNotification(payload: string): void;
  /** Called whenever the connection is there again: what was said meanwhile is lost. It must not throw. */
  onReconnected(): void;
}

/** A connection that hears NOTIFY. */
export interface Listener {
  /**
   * Connects and listens.
   * @throws AppError DATABASE_UNAVAILABLE
   */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const reconnectBaseMs = 100;
const reconnectMaxMs = 5_000;

/** Makes a listener; it connects again by itself when its connection breaks. */
export function createListener(o: ListenerOptions): Listener {
  const backoff = createBackoff({ baseMs: reconnectBaseMs, maxMs: reconnectMaxMs });
  const stop = new AbortController();
  let current: Client | undefined;

  async function connect(): Promise<void> {
    const client = new Client({
      connectionString: o.url,
      application_name: o.applicationName,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client.on('error', (error) => o.logger.warn({ sql_state: sqlState(error) }, 'listening connection lost'));
    client.on('notification', ({ payload }) => o.onNotification(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${quoteIdentifier(o.channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw statementFailure(error, sqlState(error) === undefined);
    }
    current = client;
    client.once('end', () => void reconnect());
    if (stop.signal.aborted) await client.end();
  }

  async function reconnect(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await connect();
        backoff.reset();
        o.onReconnected();
        return;
      } catch {
        await sleep(backoff.next(), undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }

  return {
    start: () => (current ? Promise.resolve() : connect()),
    async stop() {
      stop.abort();
      await current?.end().catch(() => undefined);
    },
  };
}
