import { totalmem } from 'node:os';

const megabyte = 1024 * 1024;

/** What decides the settings of a cluster. */
export interface SettingsOptions {
  port: number;
  /** Folder for a UNIX socket beside the port; '' for none. */
  socketFolder: string;
  /** No fsync: a power cut destroys the data. Unit tests only. */
  unsafeNoSync: boolean;
  /** Connections at most; default: what one Omnigate needs. */
  maxConnections: number | undefined;
}

/** A sixteenth of the memory, 128 MB to 1 GB: the pages that two million messages keep busy. */
function sharedBuffersMb(): number {
  return Math.min(1024, Math.max(128, Math.floor(totalmem() / megabyte / 16)));
}

function durability(unsafe: boolean): Record<string, string> {
  const sync = unsafe ? 'off' : 'on';
  return { fsync: sync, full_page_writes: sync, synchronous_commit: sync };
}

/** Unit tests of several processes share one server. */
function connections(unitTests: boolean, most = unitTests ? 250 : 60): Record<string, string> {
  return { listen_addresses: '127.0.0.1', max_connections: String(most) };
}

/**
 * Nothing here delays a commit's way to the disk; replication isn't served, so its log records aren't written.
 * max_wal_size bounds how long a start after a crash takes: replay reads 70 MB a second on a busy two-core machine.
 */
const writeAheadLog = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  max_wal_size: '1GB',
  min_wal_size: '128MB',
  wal_buffers: '16MB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
};

/** Small machine, data mostly in memory, short statements. io_method=sync spares three worker processes. */
const planning = {
  // Every plan goes by a key (pool.ts), so what ANALYZE would learn from ten times the rows, at ten times the cost, decides nothing.
  default_statistics_target: '10',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '1GB',
  huge_pages: 'try',
  io_method: 'sync',
  jit: 'off',
  random_page_cost: '1.1',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_worker_processes: '2',
};

/** Tables like queues (positions, turns, deliveries) turn over quickly: look often, start early, finish fast. */
const autovacuum = {
  autovacuum_naptime: '20s',
  autovacuum_max_workers: '2',
  autovacuum_worker_slots: '3',
  autovacuum_vacuum_scale_factor: '0.05',
  autovacuum_vacuum_insert_scale_factor: '0.2',
  autovacuum_analyze_scale_factor: '0.05',
  autovacuum_vacuum_cost_limit: '1000',
};

/** All but idle when nothing happens: the writers sleep long unless woken. */
const idling = { bgwriter_delay: '200ms', wal_writer_delay: '200ms' };

/**
 * A log without personal data: errors of statements (whose texts quote values) are left to the program that issued
 * them; only the server's own life is logged. One file a weekday, written anew each week.
 */
const logging = {
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_statement: 'none',
  log_checkpoints: 'off',
  log_autovacuum_min_duration: '-1',
  log_connections: '',
};

const locale = {
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  datestyle: 'iso, mdy',
  default_text_search_config: 'pg_catalog.simple',
};

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The text of postgresql.conf. `custom.conf` beside it, where an operator may put settings, comes last. */
export function renderSettings(o: SettingsOptions): string {
  const { port, socketFolder, unsafeNoSync } = o;
  const settings: Record<string, string> = {
    port: String(port),
    unix_socket_directories: socketFolder,
    ...connections(unsafeNoSync, o.maxConnections),
    shared_buffers: `${sharedBuffersMb()}MB`,
    ...durability(unsafeNoSync),
    ...writeAheadLog,
    ...planning,
    ...autovacuum,
    ...idling,
    ...logging,
    ...locale,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${quote(value)}`);
  return [
    '# Written by Omnigate at every start. Put own settings into custom.conf beside this file.',
    ...lines,
    "include_if_exists 'custom.conf'",
    '',
  ].join('\n');
}
