import type { BusRecord, Outcome } from '@omnigate/bus';
import { topics } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { createGuardedFetch } from '@omnigate/media';
import { createSignals } from '@omnigate/runtime';
import type { ChannelAdapter } from '../adapter';
import type { AdapterServiceOptions } from '../adapter-service';
import { createChannelLog } from '../channel-log';
import { createProviderConnections } from '../provider-http';
import { type FetchEnd, fetchFile } from './fetch-file';
import { createFetchLoop } from './fetch-loop';
import {
  type ClaimedFile,
  claimDue,
  endFile,
  insertWanted,
  nextDueMs,
  postpone,
  releaseFiles,
} from './fetch-store';
import { createMediaHttp } from './media-http';
import { readFetch, storedRecord } from './media-records';

/** What fetching needs; its database has `mediaFetchMigrations`. */
export interface MediaFetchingOptions
  extends Pick<
    AdapterServiceOptions,
    'database' | 'bus' | 'media' | 'logger' | 'metrics' | 'exclusive' | 'fetchAllow'
  > {
  adapterService: string;
  directory: Pick<DirectoryCache, 'channel'>;
  /** By channel type. */
  adapters: ReadonlyMap<string, ChannelAdapter>;
  /** Waits between attempts, after which a file is given up; default: about four hours in all. For tests. */
  retryDelaysMs?: readonly number[];
}

/** The fetching of one adapter service. */
export interface MediaFetching {
  start(): Promise<void>;
  /** Gives up what is under way; it is fetched again after the next start. */
  stop(): Promise<void>;
}

const fetchMs = 30_000;
const minute = 60_000;
const retryDelays = [2_000, 10_000, minute, 5 * minute, 15 * minute, 60 * minute, 180 * minute];

/**
 * Makes the fetching of an adapter service: a consumer that notes what routing asks for, and a loop that gets it from the
 * providers and tells what became of each file. One that can't be had ends with its reason and holds up no other.
 */
export function createMediaFetching(o: MediaFetchingOptions): MediaFetching {
  const { adapterService, bus, database, logger } = o;
  const fetchAllow = o.fetchAllow ?? [];
  const delays = o.retryDelaysMs ?? retryDelays;
  const connections = createProviderConnections({ fetchAllow });
  const guard = createGuardedFetch({ allow: fetchAllow });
  const channelLog = createChannelLog(o);
  const signals = createSignals(o.metrics, `${adapterService}.media`);
  const stopping = new AbortController();
  let stopped: Promise<void> | undefined;
  const loop = createFetchLoop<ClaimedFile>({
    claim: (asked) => claimDue(database, asked),
    nextMs: () => nextDueMs(database),
    work,
    onFailure: (err) => logger.warn({ err }, 'files to be fetched can not be claimed'),
  });
  const consumer = bus.consume({
    group: adapterService,
    topics: [topics.mediaFetch(adapterService)],
    database,
    handle: note,
  });

  async function note(tx: Transaction, records: readonly BusRecord[]): Promise<Outcome[]> {
    const read = records.map(readFetch);
    const files = read.flatMap((each) => each.files);
    if (files.length > 0) await insertWanted(tx, files);
    tx.onCommitted(loop.wake);
    return read.map((each) => each.outcome);
  }

  async function work(file: ClaimedFile): Promise<void> {
    const startedMs = performance.now();
    signals.received();
    try {
      const end = await attempt(file);
      await settle(file, end);
      if (end.kind === 'stored') signals.done();
      else signals.failed(end.kind);
    } catch (err) {
      // Its claim lapses, and it is fetched again.
      logger.warn({ err, message_id: file.messageId }, 'what became of a file can not be stored');
    }
    signals.duration((performance.now() - startedMs) / 1_000);
  }

  async function attempt({ media, channelId }: ClaimedFile): Promise<FetchEnd> {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(fetchMs)]);
    try {
      const channel = await o.directory.channel(channelId);
      const adapter = channel && o.adapters.get(channel.type);
      if (!adapter) return { kind: 'failed', code: 'CHANNEL_UNKNOWN' };
      const http = createMediaHttp({ channel, connections, guard, signal });
      return await fetchFile({ media, adapter, channel, http, store: o.media });
    } catch (cause) {
      return { kind: 'later', code: 'UNAVAILABLE', cause };
    }
  }

  async function settle(file: ClaimedFile, end: FetchEnd): Promise<void> {
    if (end.kind === 'stored') return tell(file, end.media);
    if (end.kind === 'later') {
      const delayMs = stopping.signal.aborted ? 0 : delays[file.attempts - 1];
      if (delayMs !== undefined) return postpone(database, file, delayMs);
      logger.warn({ err: end.cause, message_id: file.messageId }, 'a file was given up');
    }
    channelLog.record(
      { id: file.channelId, tenantId: file.tenantId },
      { stage: 'receive', code: end.code, detail: 'A file that a customer sent could not be had.' },
    );
    return tell(file, { ...file.media, errorCode: end.code });
  }

  async function tell(file: ClaimedFile, media: ClaimedFile['media']): Promise<void> {
    await database.transaction({ tenants: [file.tenantId] }, async (tx) => {
      if (await endFile(tx, file)) bus.publish(tx, [storedRecord(file, media)]);
    });
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await consumer.stop();
    await loop.stop();
    await Promise.all([connections.close(), guard.close()]);
  }

  return {
    async start() {
      if (o.exclusive) await releaseFiles(database);
      await consumer.start();
      loop.wake();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}
