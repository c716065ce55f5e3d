import type { Server } from '../connection';
import type { Column } from '../output/table';
import type { JsonRow } from '../output/write-rows';

/** Options of `get` that narrow a list. */
export const filters = [
  'state',
  'owner',
  'channel',
  'address',
  'conversation',
  'message',
  'type',
  'worker',
] as const;

/** One of filters. */
export type Filter = (typeof filters)[number];

/** What a list is asked for. */
export type ListQuery = { [F in Filter]?: string } & {
  /** One by its name or id; empty for all. */
  name: string;
};

/** How one of a kind is shown that has parts, which the list leaves out. */
export interface OneWithParts {
  /** Full name of the proto message that holds both. */
  message: string;
  read(server: Server, name: string): Promise<unknown>;
  /** Member with what the list shows too, and with its parts; json and yaml show these as a member of the first. */
  rowMember: string;
  partsMember: string;
  partColumns: readonly Column<JsonRow>[];
}

/** One kind of thing that `get` lists. */
export interface Listing {
  /** Other ways of writing it than its title; folded by foldKind. */
  aliases: readonly string[];
  /** Plural, lower case, as in `omnigate get TITLE`. */
  title: string;
  /** Full name of the proto message of a row. */
  message: string;
  /** What NAME is, such as "ID"; absent where one can not be asked for by itself. */
  nameIs?: string;
  filters: readonly Filter[];
  required?: Filter;
  columns: readonly Column<JsonRow>[];
  /** All rows, newest first, as ts-proto has them. */
  list(server: Server, query: ListQuery): AsyncIterable<unknown>;
  /** How one by its name is shown, where it differs. */
  one?: OneWithParts;
}

const pageSize = 500;

/** One page of a list. */
export interface Page<Item> {
  items: readonly Item[];
  nextPageToken: string;
}

/**
 * Goes through all pages of a list.
 *
 * @param fetch asks for a page of the size, after the token.
 * @yields every item.
 */
export async function* allPages<Item>(
  fetch: (page: { pageSize: number; pageToken: string }) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  for (let pageToken = ''; ; ) {
    const { items, nextPageToken } = await fetch({ pageSize, pageToken });
    yield* items;
    if (nextPageToken === '') return;
    pageToken = nextPageToken;
  }
}
