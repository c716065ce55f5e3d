import type { Bus, OutgoingRecord } from '@omnigate/bus';
import type { Database, Queryable, Transaction } from '@omnigate/database';
import { groupCommit } from '@omnigate/runtime';
import type { ShowFiles } from './shown-files';
import {
  type Appended,
  appendEvents,
  findEvent,
  type LoggedEvent,
  type Mailbox,
  type NewEvent,
  type Progress,
  type ReadAfter,
  readEvents,
  readLastSeqs,
  readProgress,
} from './store/event-log';

/** An event to append, and what is published in the same transaction when it is new. */
export interface Entry {
  event: NewEvent;
  record?: OutgoingRecord;
}

/** Every visitor's numbered list of events; many visitors share one commit. */
export interface Mailboxes {
  /**
   * Appends an event and publishes its record, both durable when it resolves.
   * @throws AppError OVERLOADED, DATABASE_UNAVAILABLE, RECORD_TOO_LARGE
   */
  append(entry: Entry): Promise<Appended>;
  /** Appends events as part of a transaction. @returns where each came to stand */
  appendWithin(tx: Transaction, events: readonly NewEvent[]): Promise<Appended[]>;
  /** Reads a mailbox after a seq. */
  read(wish: ReadAfter): Promise<LoggedEvent[]>;
  /** Looks for one event. */
  find(wish: Mailbox & { id: string }): Promise<LoggedEvent | undefined>;
  /** Reads how far a mailbox has come. */
  progress(mailbox: Mailbox): Promise<Progress>;
  /** Reads the last seq of many. */
  lastSeqs(mailboxes: readonly Mailbox[]): Promise<number[]>;
  drain(): Promise<void>;
}

/** What mailboxes stand on. */
export interface MailboxesDeps {
  database: Database;
  bus: Bus;
  /** Gives events what pages need to show files. */
  showFiles: ShowFiles;
  /** Called after the commit with the events that are new. */
  appended(events: LoggedEvent[]): void;
}

const maxPendingAppends = 20_000;
/** A person sees no difference; under load the events of many pages share a commit. */
const appendLingerMs = 40;
const maxPendingReads = 50_000;

const tenantsOf = (mailboxes: readonly Mailbox[]) => [
  ...new Set(mailboxes.map((mailbox) => mailbox.tenantId)),
];

/** Makes the mailboxes of this process's database. */
export function createMailboxes({ database, bus, showFiles, appended }: MailboxesDeps): Mailboxes {
  async function flush(entries: Entry[]): Promise<Appended[]> {
    const events = entries.map((entry) => entry.event);
    return database.transaction({ tenants: tenantsOf(events) }, async (tx) => {
      const places = await appendWithin(tx, events);
      bus.publish(
        tx,
        entries.flatMap(({ record }, index) => (record && places[index]?.fresh ? [record] : [])),
      );
      return places;
    });
  }

  async function appendWithin(tx: Transaction, events: readonly NewEvent[]): Promise<Appended[]> {
    const places = await appendEvents(tx, events);
    tx.onCommitted(() =>
      appended(events.flatMap((event, index) => freshEvent(event, places[index])).map(showFiles)),
    );
    return places;
  }

  const inScope = <Item extends Mailbox, Result>(
    items: Item[],
    work: (tx: Queryable, items: Item[]) => Promise<Result>,
  ) => database.transaction({ tenants: tenantsOf(items) }, (tx) => work(tx, items));

  const appends = groupCommit<Entry, Appended>({
    maxPending: maxPendingAppends,
    lingerMs: appendLingerMs,
    tenantOf: ({ event }) => event.tenantId,
    flush,
  });
  const reads = groupCommit<ReadAfter, LoggedEvent[]>({
    maxItems: 128,
    maxPending: maxPendingReads,
    tenantOf: (wish) => wish.tenantId,
    flush: (wishes) => inScope(wishes, readEvents),
  });
  const progress = groupCommit<Mailbox, Progress>({
    maxPending: maxPendingReads,
    tenantOf: (mailbox) => mailbox.tenantId,
    flush: (mailboxes) => inScope(mailboxes, readProgress),
  });

  return {
    append: (entry) => appends.add(entry),
    appendWithin,
    read: async (wish) => (await reads.add(wish)).map(showFiles),
    find: (wish) => inScope([wish], (tx) => findEvent(tx, wish)),
    progress: (mailbox) => progress.add(mailbox),
    lastSeqs: (mailboxes) => inScope([...mailboxes], readLastSeqs),
    drain: async () => {
      await Promise.all([appends.drain(), reads.drain(), progress.drain()]);
    },
  };
}

function freshEvent(event: NewEvent, place: Appended | undefined): LoggedEvent[] {
  return place?.fresh ? [{ ...event, seq: place.seq, time: place.time }] : [];
}
