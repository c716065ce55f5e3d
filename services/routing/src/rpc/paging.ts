import { type KeysetKind, pageSize, pageToken, parsePageToken } from '@omnigate/rpc';

/** A page that was asked for. */
export interface Page {
  size: number;
  /** Key of the last item of the page before; undefined for the first page. */
  after: string | undefined;
}

/**
 * Reads what page a request asks for.
 *
 * @param request page_size and page_token.
 * @param kind what the key of the list looks like.
 * @returns the page.
 * @throws AppError PAGE_TOKEN_INVALID for a token that this server did not make, INVALID_ARGUMENT for a negative size.
 */
export function readPage(request: { pageSize: number; pageToken: string }, kind: KeysetKind): Page {
  return { size: pageSize(request.pageSize), after: parsePageToken(request.pageToken, { key: kind })?.key };
}

/**
 * Cuts a list that was read with one item too many.
 *
 * @param items at most size + 1 items.
 * @param page the page asked for.
 * @param keyOf the key that the next page begins after.
 * @returns the page's items and the token of the next page, empty at the end.
 */
export function cutPage<Item>(
  items: readonly Item[],
  page: Page,
  keyOf: (item: Item) => string,
): { items: Item[]; nextPageToken: string } {
  const shown = items.slice(0, page.size);
  const last = shown.at(-1);
  return {
    items: shown,
    nextPageToken: items.length > page.size && last !== undefined ? pageToken({ key: keyOf(last) }) : '',
  };
}
