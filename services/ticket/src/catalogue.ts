import type { RegistryServiceService, Resource } from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { toAppError } from '@omnigate/errors';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import { type Bilingual, createFormCheck, type FormCheck, type TicketTypeSpec } from '@omnigate/ticket-form';
import type { Worker } from './domain/worker';

/** A TicketType as directory has it. */
export interface TicketType {
  name: string;
  spec: TicketTypeSpec;
  check: FormCheck;
}

/** A tenant's types and workers, by name. */
export interface Book {
  types: ReadonlyMap<string, TicketType>;
  workers: ReadonlyMap<string, Worker>;
}

/** Each tenant's ticket types and workers. */
export interface Catalogue {
  /** As far as changes are known; throws AppError when directory is away and nothing was read before. */
  of(tenantId: string): Promise<Book>;
  /** As `of`, read now: what was applied a moment ago, elsewhere, may not be heard of yet. */
  renew(tenantId: string): Promise<Book>;
  start(): void;
  stop(): void;
}

/** What it reads from. */
export interface CatalogueDeps {
  registry: Client<RegistryServiceService>;
  directory: DirectoryCache;
  logger: Logger;
}

type Kind = 'TicketType' | 'Worker';

interface Shelf {
  revisions: Record<Kind, string>;
  book: Book;
  stale: boolean;
  /** A reading under way, or the last one. */
  reading: Promise<void>;
}

/**
 * Makes the catalogue: read at a tenant's first ticket, and again after a change.
 *
 * @param deps what it reads from
 * @returns the catalogue
 */
export function createCatalogue({ registry, directory, logger }: CatalogueDeps): Catalogue {
  const shelves = new Map<string, Shelf>();
  let stopListening = (): void => undefined;

  const read = async (tenantId: string, shelf: Shelf, kind: Kind): Promise<Resource[] | undefined> => {
    const request = { kind, knownRevision: shelf.revisions[kind] };
    const { resources, revision } = await registry.snapshotResources(request, { tenantId });
    if (revision === shelf.revisions[kind]) return undefined;
    shelf.revisions[kind] = revision;
    return resources;
  };

  const load = async (tenantId: string, shelf: Shelf): Promise<void> => {
    shelf.stale = false;
    try {
      const types = await read(tenantId, shelf, 'TicketType');
      if (types)
        shelf.book = {
          ...shelf.book,
          types: named(types.flatMap((type) => readType(type, tenantId, logger))),
        };
      const workers = await read(tenantId, shelf, 'Worker');
      if (workers) shelf.book = { ...shelf.book, workers: named(workers.map(toWorker)) };
    } catch (error) {
      shelf.stale = true;
      throw error;
    }
  };

  const get = async (tenantId: string, renew: boolean): Promise<Book> => {
    const shelf = shelves.get(tenantId) ?? emptyShelf();
    shelves.set(tenantId, shelf);
    if (shelf.stale || renew) {
      shelf.stale = false;
      const next = (): Promise<void> => load(tenantId, shelf);
      shelf.reading = shelf.reading.then(next, next);
      // Whoever waits for it sees the failure.
      shelf.reading.catch(() => undefined);
    }
    await shelf.reading;
    return shelf.book;
  };

  return {
    of: (tenantId) => get(tenantId, false),
    renew: (tenantId) => get(tenantId, true),
    start() {
      stopListening = directory.onChanged(({ kind, tenantId }) => {
        const shelf = shelves.get(tenantId);
        if (shelf && (kind === 'TicketType' || kind === 'Worker')) shelf.stale = true;
      });
    },
    stop: () => stopListening(),
  };
}

const emptyShelf = (): Shelf => ({
  revisions: { TicketType: '', Worker: '' },
  book: { types: new Map(), workers: new Map() },
  stale: true,
  reading: Promise.resolve(),
});

const named = <Item extends { name: string }>(items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [item.name, item]));

/** A type that this version can't read, of a directory of another, keeps nobody from the others. */
function readType({ metadata, spec }: Resource, tenantId: string, logger: Logger): TicketType[] {
  const name = metadata?.name ?? '';
  const checked = spec as unknown as TicketTypeSpec;
  try {
    return [{ name, spec: checked, check: createFormCheck(checked.form) }];
  } catch (error) {
    logger.warn({ err: toAppError(error), tenant_id: tenantId, ticket_type: name }, 'ticket type left out');
    return [];
  }
}

/** spec of a Worker, as directory has checked it. */
interface WorkerSpec {
  display_name?: string | Bilingual;
  channel?: string;
  address?: string;
  types?: string[];
  buildings?: string[];
  skills: string[];
  active: boolean;
  language: 'zh' | 'en';
}

const toWorker = ({ metadata, spec }: Resource): Worker => {
  const name = metadata?.name ?? '';
  const { display_name: shown = name, address = '', ...rest } = spec as unknown as WorkerSpec;
  return {
    name,
    displayName: typeof shown === 'string' ? { zh: shown, en: shown } : shown,
    address,
    channel: rest.channel,
    types: rest.types,
    buildings: rest.buildings,
    skills: rest.skills,
    active: rest.active,
    language: rest.language,
  };
};
