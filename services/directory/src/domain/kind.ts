/** Kinds that this version keeps, in the order in which they refer to one another. */
export const kinds = [
  'Tenant',
  'Team',
  'Agent',
  'ApiKey',
  'Channel',
  'KnowledgeArticle',
  'Connector',
] as const;

/** A kind that this version keeps. */
export type Kind = (typeof kinds)[number];

/** Kinds of the public surface that this version knows by name alone. */
const plannedKinds = [
  'Worker',
  'Queue',
  'RoutingRule',
  'BusinessCalendar',
  'TicketType',
  'SlaPolicy',
  'AlertRule',
  'WebhookEndpoint',
] as const;

/** What a kind's written form means: kept, readable only (ChannelType), planned, or nothing. */
export type KindName =
  | { state: 'kept'; kind: Kind }
  | { state: 'listed'; kind: 'ChannelType' }
  | { state: 'planned'; kind: string }
  | { state: 'unknown' };

/** "ApiKeys", "api-keys" and "apikey" fold to "apikey". */
const fold = (written: string): string => written.toLowerCase().replace(/[-_ ]/g, '').replace(/s$/, '');

const names = new Map<string, KindName>([
  ...kinds.map((kind): [string, KindName] => [fold(kind), { state: 'kept', kind }]),
  ...plannedKinds.map((kind): [string, KindName] => [fold(kind), { state: 'planned', kind }]),
  ['channeltype', { state: 'listed', kind: 'ChannelType' }],
  ['slapolicie', { state: 'planned', kind: 'SlaPolicy' }],
]);

/**
 * Reads a kind as people write it: `channel`, `channels`, `Channel`, `api-keys`.
 *
 * @param written what stands in a document or a command
 * @returns what it means
 */
export function parseKind(written: string): KindName {
  return names.get(fold(written)) ?? { state: 'unknown' };
}

/**
 * Says why a kind can't be written.
 *
 * @param name as parseKind read it, not a kept one
 * @returns what is wrong with it
 */
export function kindProblem(name: KindName): string {
  if (name.state === 'planned') return `${name.kind} is not supported by this version`;
  return name.state === 'listed' ? `${name.kind} can only be read` : 'is not a kind of resource';
}
