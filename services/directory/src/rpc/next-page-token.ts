import { pageToken } from '@omnigate/rpc';

/**
 * Token of the next page.
 *
 * @param found one row more than the page holds, where there are more
 * @param limit the page's length
 * @param position sort key of a row
 * @returns the token, empty at the end
 */
export function nextPageToken<T>(
  found: readonly T[],
  limit: number,
  position: (last: T) => Record<string, string>,
): string {
  const last = found[limit - 1];
  return found.length > limit && last !== undefined ? pageToken(position(last)) : '';
}
