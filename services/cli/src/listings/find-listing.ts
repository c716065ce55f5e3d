import { CommandError, usageError } from '../command-error';
import { conversationListings } from './conversations';
import type { Listing } from './listing';
import { operationListings } from './operations';
import { resourceListings } from './resources';
import { ticketListings } from './tickets';

/** Everything that `get` lists. */
export const listings: readonly Listing[] = [
  ...resourceListings,
  ...conversationListings,
  ...ticketListings,
  ...operationListings,
];

/** Kinds of the public surface that this version knows by name alone. */
const planned = [
  'queue',
  'routing-rule',
  'business-calendar',
  'sla-policy',
  'connector',
  'alert-rule',
  'webhook-endpoint',
  'report',
];

/** "ApiKeys", "api-keys" and "apikey" fold to "apikey". */
const foldKind = (written: string): string =>
  written.toLowerCase().replace(/[-_ ]/g, '').replace(/ies$/, 'y').replace(/s$/, '');

const byName = new Map<string, Listing>(
  listings.flatMap((listing) =>
    [listing.title, ...listing.aliases].map((each): [string, Listing] => [foldKind(each), listing]),
  ),
);
const plannedNames = new Set(planned.map(foldKind));

/**
 * Finds what is listed under a kind as people write it: `channel`, `channels` or `Channel`.
 *
 * @param written of the command line.
 * @throws CommandError exit 1 for what a later version brings, 2 for what is no kind.
 */
export function findListing(written: string): Listing {
  const folded = foldKind(written);
  const listing = byName.get(folded);
  if (listing) return listing;
  const known = `There are: ${listings.map(({ title }) => title).join(', ')}.`;
  if (plannedNames.has(folded))
    throw new CommandError(`${written} is not supported by this version`, undefined, known);
  throw usageError(`${written} is no kind of thing`, known);
}
