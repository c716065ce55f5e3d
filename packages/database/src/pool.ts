import type { Socket } from 'node:net';
import { AppError, isAppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import { Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import { arrayLiterals } from './array-literal';
import { readBinaryRows } from './binary-rows';
import { sqlState, statementFailure } from './failure';
import { plainIdentifier, type Statement } from './statement';
import { typeParsers } from './type-parsers';

/** What a pool needs to know. */
export interface PoolOptions {
  /** postgres:// URL of a login that may take `role`. */
  url: string;
  /** The one schema on the search path. */
  schema: string;
  /** The serving role that every connection takes. */
  role: string;
  /** Connections at most; default 8. */
  poolSize?: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  logger: Logger;
  /** Milliseconds that one statement may take; default 30,000. */
  statementTimeoutMs?: number;
  /** Commits don't wait for the disk. For unit tests only. */
  unsafeNoSync?: boolean;
}

const acquireTimeoutMs = 10_000;
const idleConnectionMs = 60_000;
const idleInTransactionMs = 60_000;

/** A connection that keeps binary results intact and sends queued statements without waiting for earlier answers. */
class PipelinedClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    readBinaryRows(this.connection);
    // The driver decides how its query was called; what is wrapped here is only when bytes go out.
    const query = this.query.bind(this) as (...args: unknown[]) => unknown;
    this.query = ((...args: unknown[]) => {
      this.holdWrites();
      return query(...args);
    }) as typeof this.query;
  }

  private held = false;

  /** Statements that are issued in one go leave in one write: a system call costs more than the bytes. */
  private holdWrites(): void {
    const { stream } = this.connection as unknown as { stream: Socket };
    if (this.held) return;
    this.held = true;
    stream.cork();
    process.nextTick(() => {
      this.held = false;
      stream.uncork();
    });
  }
}

function startupOptions(o: PoolOptions): string {
  const settings: Record<string, string> = {
    role: plainIdentifier(o.role),
    search_path: plainIdentifier(o.schema),
    statement_timeout: String(o.statementTimeoutMs ?? 30_000),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
    // Statements are named and bound to arrays of any length: one plan by index serves them all, also while a table
    // is new and has no statistics: a hash join would read all that a tenant has. Planning each anew costs more than
    // running it.
    plan_cache_mode: 'force_generic_plan',
    enable_seqscan: 'off',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    ...(o.unsafeNoSync ? { synchronous_commit: 'off' } : {}),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** A pooler may drop start-up options in silence, and then row-level security would not bind this connection. */
async function verifyRole(client: Pick<Client, 'query'>, role: string): Promise<void> {
  const { rows } = await client.query<{ role: string }>('select current_user as role');
  if (rows[0]?.role === role) return;
  throw new AppError('CONFIG_INVALID', {
    reason: 'the connection pooler between Omnigate and PostgreSQL drops the start-up parameter "options"',
  });
}

/** Makes the pool. It connects on first use and survives a server that goes away. */
export function createPool(o: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: o.url,
    options: startupOptions(o),
    application_name: o.applicationName,
    max: o.poolSize ?? 8,
    connectionTimeoutMillis: acquireTimeoutMs,
    idleTimeoutMillis: idleConnectionMs,
    keepAlive: true,
    pipeline: true,
    types: typeParsers as never,
    Client: PipelinedClient as never,
    onConnect: ((client: Client) => verifyRole(client, o.role)) as never,
  });
  pool.on('error', (error) => {
    o.logger.warn({ sql_state: sqlState(error) }, 'idle database connection lost');
  });
  return pool;
}

/** A connection taken from the pool, with its failures translated. */
export interface Session {
  /** Runs one statement and returns its rows. */
  query<Row>(statement: Statement): Promise<Row[]>;
  /** Runs a command without parameters; returns the tag of the last command, such as COMMIT. */
  command(text: string): Promise<string>;
  /** Gives the connection back, or ends it when it is broken, inside a transaction, or `discard` asks for it. */
  release(discard?: boolean): void;
}

/**
 * Takes a connection.
 * @throws AppError DATABASE_UNAVAILABLE when there is none within 10 s
 */
export async function takeSession(pool: Pool): Promise<Session> {
  const client = await pool.connect().catch((error: unknown) => {
    throw statementFailure(error, sqlState(error) === undefined);
  });
  refreshPlans(client);
  let broke = false;
  const onError = () => {
    broke = true;
  };
  client.on('error', onError);
  const run = async (config: object) => {
    try {
      return await client.query(config as { text: string });
    } catch (error) {
      const failure = statementFailure(error, broke);
      broke ||= isAppError(failure, 'DATABASE_UNAVAILABLE');
      throw failure;
    }
  };
  return {
    query: async <Row>(statement: Statement) =>
      (await run(statement.values ? { ...statement, values: arrayLiterals(statement.values) } : statement))
        .rows as Row[],
    command: async (text) => lastTag(await run({ text })),
    release: (discard = false) => {
      client.off('error', onError);
      client.release(discard || broke || inTransaction(client));
    },
  };
}

interface PlanAge {
  connectedMs: number;
  refreshedMs: number;
}

const planAges = new WeakMap<PoolClient, PlanAge>();
const shortestPlanMs = 500;
const longestPlanMs = 30_000;

/**
 * Plans are kept from a time when tables were smaller, and the best plan for a few rows reads them all. So they are
 * thrown away after an eighth of the connection's age: often while a new installation fills, rarely afterwards.
 */
function refreshPlans(client: PoolClient): void {
  const nowMs = performance.now();
  const age = planAges.get(client) ?? { connectedMs: nowMs, refreshedMs: nowMs };
  planAges.set(client, age);
  const keepMs = Math.min(Math.max((nowMs - age.connectedMs) / 8, shortestPlanMs), longestPlanMs);
  if (nowMs - age.refreshedMs < keepMs) return;
  age.refreshedMs = nowMs;
  // Sent ahead of the caller's statements; should it fail, the connection is broken and they fail too.
  client.query('discard plans').catch(() => undefined);
}

function inTransaction(client: PoolClient): boolean {
  return client.getTransactionStatus() !== 'I';
}

function lastTag(result: { command: string } | { command: string }[]): string {
  return Array.isArray(result) ? (result.at(-1)?.command ?? '') : result.command;
}
