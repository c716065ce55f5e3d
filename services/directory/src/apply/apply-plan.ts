import type { ChannelType } from '@omnigate/contracts';
import type { FieldViolation } from '@omnigate/errors';
import type { Kind } from '../domain/kind';
import type { Document, StoredResource } from '../domain/resource';
import type { StoredKey } from '../store/api-keys';
import type { ResourceWrite } from '../store/resources';

/** What an apply does to a resource. */
export type Outcome = 'created' | 'configured' | 'unchanged';

/** What is to be done for one document. */
export interface PlannedWrite {
  document: Document;
  existing: StoredResource | undefined;
  write: ResourceWrite;
  outcome: Outcome;
  /** The key to write, for an ApiKey that is new or changed. */
  key?: StoredKey;
  /** The address that this channel alone is to have, and the document's field. */
  address?: { field: string; hash: Buffer };
  /** A key that was made now, in the clear, to be shown once. */
  madeKey?: string;
}

/** All that is read before anything is planned. */
export interface ApplyState {
  /** Existing resources that documents name or refer to, by resourceKey. */
  existing: ReadonlyMap<string, StoredResource>;
  /** Existing resources whose ids documents give, by tenant and id. */
  byId: ReadonlyMap<string, StoredResource>;
  channelTypes: ReadonlyMap<string, ChannelType>;
  /** Keys of the existing ApiKeys, by the ApiKey's id. */
  keysById: ReadonlyMap<string, StoredKey>;
  /** Keys that documents give and that are in use, by hash in hexadecimal. */
  keysByHash: ReadonlyMap<string, StoredKey>;
}

/** What planning one document gives. */
export type Planned =
  | { plan: PlannedWrite; violations: [] }
  | { plan?: undefined; violations: FieldViolation[] };

/**
 * Key of a resource in maps.
 *
 * @param of tenant, kind and name
 * @returns the key
 */
export const resourceKey = (of: { tenantId: string; kind: Kind; name: string }): string =>
  `${of.tenantId}|${of.kind}|${of.name}`;

/**
 * Path of a member of a document in its request.
 *
 * @param document the document
 * @param member such as `spec.team`
 * @returns such as `resources[3].spec.team`
 */
export const fieldOf = (document: Document, member: string): string =>
  `resources[${document.index}].${member}`;
